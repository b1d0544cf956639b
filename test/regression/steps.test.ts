import { describe, expect, it } from 'vitest';
import { lstsq, Matrix, matmul, matmulNT, matmulTN, qr } from '../../src/linalg/index.ts';
import { type CoreStepOptions, coreStep } from '../../src/regression/core-step.ts';
import { type ProblemOptions, type Projection, regressionProblem, type Side, type TaskData } from '../../src/regression/index.ts';
import { imagesOf, project as projectAll } from '../../src/regression/projections.ts';
import { type SharedStepOptions, sharedStep, type Traffic } from '../../src/regression/shared-step.ts';
import { expectClose, normals } from '../linalg/close.ts';

/** The A_j of any measurements, as matrices, from the adjoint. */
const matrices = ({ measurements, responses }: TaskData) =>
  Array.from(responses, (_, j) => measurements.adjoint(responses.map((_value, p) => (p === j ? 1 : 0))));

const column = (tasks: readonly TaskData[]) => Matrix.column(tasks.flatMap(({ responses }) => Array.from(responses)));
const exactly = { ridge: 0, diagonal: false };
const traffic = () => ({ up: 0, down: 0 });
const stepOf = (projections: Projection[], cores: Matrix[], start: Matrix, options: SharedStepOptions, bytes: Traffic) =>
  sharedStep(projections, cores, start, imagesOf(projections, start), options, bytes);
const coreOf = (projection: Projection, moving: Matrix, options: CoreStepOptions) =>
  coreStep(projection, imagesOf([projection], moving)[0], moving, options);

// Odd sizes, ranks that are no multiple of four, more rows than columns and the reverse.
const sizes: Omit<ProblemOptions, 'seed'>[] = [
  { rows: 8, cols: 8, rank: 4, tasks: 3, measurementsPerTask: 30 },
  { rows: 7, cols: 5, rank: 3, tasks: 4, measurementsPerTask: [17, 20, 16, 30] },
  { rows: 5, cols: 9, rank: 1, tasks: 2, measurementsPerTask: 23 },
  { rows: 1, cols: 6, rank: 1, tasks: 2, measurementsPerTask: 12 },
  { rows: 6, cols: 4, rank: 2, tasks: 3, measurementsPerTask: 25, streamed: true },
  { rows: 7, cols: 6, rank: 3, tasks: 3, measurementsPerTask: 40, sensing: 'rank-one' },
  { rows: 5, cols: 7, rank: 2, tasks: 4, measurementsPerTask: 6, sensing: 'vector' },
  { rows: 7, cols: 6, rank: 2, tasks: 3, measurementsPerTask: 40, sensing: 'rank-one', streamed: true },
  { rows: 5, cols: 7, rank: 2, tasks: 4, measurementsPerTask: 6, sensing: 'vector', streamed: true },
];

describe.each(sizes)('steps at %o', (options) => {
  const { rows, cols, rank } = options;
  // With noise, so that no solution is exact and every measurement counts.
  const { tasks } = regressionProblem({ ...options, noise: 1, seed: 4 });
  const bases = { u: qr(normals('U', rows, rank)).q, v: qr(normals('V', cols, rank)).q };
  // Bases that are not orthonormal occur with diagonal cores.
  const skewed = { u: matmul(bases.u, normals('R', rank, rank)), v: matmul(bases.v, normals('S', rank, rank)) };
  const cores = tasks.map((_, i) => normals(i, rank, rank));
  const responses = column(tasks);
  const moved = (side: Side, a: Matrix, fixed: Matrix) => (side === 'u' ? matmul(a, fixed) : matmulTN(a, fixed));
  const project = (side: Side, fixed: Matrix) => projectAll(tasks, side, fixed);

  it('𝒜 and 𝒜* are adjoint, and a projection is 𝒜(U Λ Vᵀ)', () => {
    const theta = normals('Θ', rows, cols);
    for (const { measurements, responses: own } of tasks) {
      const forward = measurements.forward(theta).reduce((sum, value, j) => sum + value * own[j], 0);
      const adjoint = measurements.adjoint(own).data.reduce((sum, value, p) => sum + value * theta.data[p], 0);
      expect(Math.abs(forward - adjoint)).toBeLessThan(1e-11 * (1 + Math.abs(forward)));
      const exact = Matrix.column(measurements.forward(matmulNT(matmul(skewed.u, cores[0]), skewed.v)));
      const projection = measurements.project('u', skewed.v, own);
      expectClose(Matrix.column(projection.predicted(imagesOf([projection], skewed.u)[0], cores[0], skewed.u)), exact, 1e-11);
      const factored = new Float64Array(own.length);
      measurements.forwardFactors({ u: skewed.u, core: cores[0], v: skewed.v }, factored);
      expectClose(Matrix.column(factored), exact, 1e-11);
      const { left, right } = measurements.adjointFactors(own);
      expectClose(matmulTN(left.matrix, right.matrix), measurements.adjoint(own), 1e-11);
    }
  });

  it.each<Side>(['u', 'v'])('finds %s as dense least squares over vec(P_j Xᵀ) does, by every solver', (side) => {
    const [moving, fixed] = side === 'u' ? [bases.u, skewed.v] : [bases.v, skewed.u];
    const design = tasks.flatMap((task, i) => matrices(task).map((a) => matmulNT(moved(side, a, fixed), cores[i]).data));
    const expected = new Matrix(moving.rows, rank, lstsq(Matrix.fromRows(design), responses).x.data);
    for (const solver of ['auto', 'normal', 'cg'] as const) {
      const given = { solver, ridge: 0, innerTolerance: 1e-13 };
      const { basis, determined } = stepOf(project(side, fixed), cores, moving, given, traffic());
      expect(determined).toBe(true);
      expectClose(basis, expected, 1e-8);
    }
  });

  it.each<Side>(['u', 'v'])('finds the cores as dense least squares over vec(Mᵀ P_j) does, when %s moves', (side) => {
    const [moving, fixed] = side === 'u' ? [skewed.u, bases.v] : [skewed.v, bases.u];
    project(side, fixed).forEach((projection, i) => {
      const design = matrices(tasks[i]).map((a) => matmulTN(moving, moved(side, a, fixed)));
      const full = lstsq(Matrix.fromRows(design.map(({ data }) => data)), column([tasks[i]])).x.data;
      const { core, determined } = coreOf(projection, moving, exactly);
      expect(determined).toBe(true);
      expectClose(core, new Matrix(rank, rank, full), 1e-8);
      const scalars = lstsq(Matrix.fromRows(design.map((c) => Array.from({ length: rank }, (_, p) => c.at(p, p)))), column([tasks[i]]));
      const diagonal = coreOf(projection, moving, { ridge: 0, diagonal: true }).core;
      expectClose(
        diagonal,
        new Matrix(
          rank,
          rank,
          full.map((_, p) => (p % (rank + 1) === 0 ? scalars.x.data[p / (rank + 1)] : 0)),
        ),
        1e-8,
      );
    });
  });

  it('adds the ridge to either step', () => {
    const ridge = 3;
    const rowsOf = (n: number) =>
      Array.from({ length: n }, (_, p) => Array.from({ length: n }, (_v, q) => (p === q ? Math.sqrt(ridge) : 0)));
    const padded = (y: Matrix, n: number) => Matrix.column([...y.data, ...new Float64Array(n)]);
    const design = tasks.flatMap((task, i) => matrices(task).map((a) => matmulNT(matmul(a, bases.v), cores[i]).data));
    const n = rows * rank;
    const expected = lstsq(Matrix.fromRows([...design, ...rowsOf(n)]), padded(responses, n)).x.data;
    for (const solver of ['auto', 'normal', 'cg'] as const) {
      const { basis } = stepOf(project('u', bases.v), cores, bases.u, { solver, ridge, innerTolerance: 1e-13 }, traffic());
      expectClose(basis, new Matrix(rows, rank, expected), 1e-9);
    }
    const own = matrices(tasks[0]).map((a) => matmulTN(bases.u, matmul(a, bases.v)).data);
    const core = lstsq(Matrix.fromRows([...own, ...rowsOf(rank ** 2)]), padded(column([tasks[0]]), rank ** 2)).x.data;
    const found = coreOf(project('u', bases.v)[0], bases.u, { ridge, diagonal: false }).core;
    expectClose(found, new Matrix(rank, rank, core), 1e-9);
  });
});

describe('steps without enough measurements', () => {
  const [rows, cols, rank] = [6, 5, 3];
  const { tasks } = regressionProblem({ rows, cols, rank, tasks: 2, measurementsPerTask: 4, seed: 4 });
  const u = qr(normals('U', rows, rank)).q;
  const v = qr(normals('V', cols, rank)).q;
  const projections = projectAll(tasks, 'u', v);

  it('give the shortest solutions and say so', () => {
    const cores = projections.map((projection, i) => {
      const { core, determined } = coreOf(projection, u, exactly);
      expect(determined).toBe(false);
      const design = Matrix.fromRows(matrices(tasks[i]).map((a) => matmul(matmulTN(u, a), v).data));
      expectClose(core, new Matrix(rank, rank, lstsq(design, column([tasks[i]])).x.data), 1e-10);
      return core;
    });
    const options = { ridge: 0, innerTolerance: 1e-12 };
    const shared = stepOf(projections, cores, u, { ...options, solver: 'normal' }, traffic());
    expect(shared.determined).toBe(false);
    const design = tasks.flatMap((task, i) => matrices(task).map((a) => matmulNT(matmul(a, v), cores[i]).data));
    expectClose(shared.basis, new Matrix(rows, rank, lstsq(Matrix.fromRows(design), column(tasks)).x.data), 1e-9);
    expect(stepOf(projections, cores, u, { ...options, solver: 'cg' }, traffic()).determined).toBe(false);
  });
});

describe('traffic of a shared step', () => {
  const { tasks } = regressionProblem({ rows: 10, cols: 9, rank: 2, tasks: 3, measurementsPerTask: 30, seed: 4 });
  const [u, v] = [qr(normals('U', 10, 2)).q, qr(normals('V', 9, 2)).q];
  const projections = projectAll(tasks, 'u', v);
  const cores = tasks.map((_, i) => normals(i, 2, 2));

  it('is the normal equations once, or W, the gradient and two [d, r] per product', () => {
    const once = traffic();
    stepOf(projections, cores, u, { solver: 'normal', ridge: 0, innerTolerance: 1e-3 }, once);
    expect(once).toEqual({ up: 3 * 8 * (20 * 21 * 0.5 + 20), down: 0 });
    const many = traffic();
    const { innerIterations } = stepOf(projections, cores, u, { solver: 'cg', ridge: 0, innerTolerance: 1e-3 }, many);
    expect(innerIterations).toBeGreaterThan(1);
    expect(many).toEqual({ up: 3 * 8 * (4 + 20 + 20 * innerIterations), down: 3 * 8 * 20 * innerIterations });
  });
});

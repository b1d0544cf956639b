import { describe, expect, it } from 'vitest';
import { lstsq, Matrix, matmul, matmulNT, matmulTN, qr, transpose } from '../../src/linalg/index.ts';
import { regressionProblem, type TaskData } from '../../src/regression/index.ts';
import { basisStep, coreStep, project } from '../../src/regression/steps.ts';
import { expectClose, normals } from '../linalg/close.ts';

/** A_ij of one task as matrices. */
const matrices = ({ measurements, responses }: TaskData, rows: number, cols: number) =>
  Array.from(responses, (_, j) => new Matrix(rows, cols, measurements.slice(j * rows * cols, (j + 1) * rows * cols)));

// Odd sizes and ranks that are no multiple of four go through the padding of the kernels.
describe.each([
  { rows: 8, cols: 8, rank: 4, tasks: 3, measurementsPerTask: 30 },
  { rows: 7, cols: 5, rank: 3, tasks: 4, measurementsPerTask: 17 },
  { rows: 5, cols: 9, rank: 1, tasks: 2, measurementsPerTask: 23 },
  { rows: 1, cols: 6, rank: 1, tasks: 2, measurementsPerTask: 12 },
])('steps at $rows × $cols, rank $rank', (sizes) => {
  const { rows, cols, rank } = sizes;
  // With noise, so that no solution is exact and every measurement counts.
  const { tasks } = regressionProblem({ ...sizes, noise: 1, seed: 4 });
  const u = qr(normals('U', rows, rank)).q;
  const v = qr(normals('V', cols, rank)).q;
  const cores = tasks.map((_, i) => normals(i, rank, rank));
  const responses = Matrix.column(tasks.flatMap((task) => Array.from(task.responses)));

  it('finds U as dense least squares over vec(A_ij V Λᵢᵀ) does', () => {
    const design = tasks.flatMap((task, i) => matrices(task, rows, cols).map((a) => matmulNT(matmul(a, v), cores[i]).data));
    const expected = new Matrix(rows, rank, lstsq(Matrix.fromRows(design), responses).x.data);
    const { value, underdetermined } = basisStep(project(tasks, 'u', v, rows), cores.map(transpose), rows);
    expect(underdetermined).toBe(0);
    expectClose(value, expected, 1e-11);
  });

  it('finds V as dense least squares over vec(A_ijᵀ U Λᵢ) does', () => {
    const design = tasks.flatMap((task, i) => matrices(task, rows, cols).map((a) => matmul(matmulTN(a, u), cores[i]).data));
    const expected = new Matrix(cols, rank, lstsq(Matrix.fromRows(design), responses).x.data);
    const { value, underdetermined } = basisStep(project(tasks, 'v', u, cols), cores, cols);
    expect(underdetermined).toBe(0);
    expectClose(value, expected, 1e-11);
  });

  it('finds Λᵢ as dense least squares over vec(Uᵀ A_ij V) does, from either side', () => {
    const fromU = coreStep(project(tasks, 'u', v, rows), u);
    const fromV = coreStep(project(tasks, 'v', u, cols), v);
    expect([fromU.underdetermined, fromV.underdetermined]).toEqual([0, 0]);
    tasks.forEach((task, i) => {
      const design = Matrix.fromRows(matrices(task, rows, cols).map((a) => matmul(matmulTN(u, a), v).data));
      const expected = new Matrix(rank, rank, lstsq(design, Matrix.column(task.responses)).x.data);
      expectClose(transpose(fromU.value[i]), expected, 1e-12);
      expectClose(fromV.value[i], expected, 1e-12);
    });
  });
});

describe('steps without enough measurements', () => {
  const [rows, cols, rank] = [6, 5, 3];
  const { tasks } = regressionProblem({ rows, cols, rank, tasks: 2, measurementsPerTask: 4, seed: 4 });
  const u = qr(normals('U', rows, rank)).q;
  const v = qr(normals('V', cols, rank)).q;

  it('give the shortest solutions and count them', () => {
    const projections = project(tasks, 'u', v, rows);
    const personal = coreStep(projections, u);
    expect(personal.underdetermined).toBe(2);
    tasks.forEach((task, i) => {
      const design = Matrix.fromRows(matrices(task, rows, cols).map((a) => matmul(matmulTN(u, a), v).data));
      const shortest = new Matrix(rank, rank, lstsq(design, Matrix.column(task.responses)).x.data);
      expectClose(transpose(personal.value[i]), shortest, 1e-10);
    });
    const shared = basisStep(projections, personal.value, rows);
    expect(shared.underdetermined).toBe(1);
    const design = tasks.flatMap((task, i) => matrices(task, rows, cols).map((a) => matmul(matmul(a, v), personal.value[i]).data));
    const responses = Matrix.column(tasks.flatMap((task) => Array.from(task.responses)));
    const shortest = new Matrix(rows, rank, lstsq(Matrix.fromRows(design), responses).x.data);
    expectClose(shared.value, shortest, 1e-10);
  });
});

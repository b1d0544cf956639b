import { describe, expect, it } from 'vitest';
import { Matrix, matmulNT } from '../../src/linalg/index.ts';
import { coAltMin, gaussianTask, rankOneTask, regressionProblem, vectorTask } from '../../src/regression/index.ts';
import { expectClose, normals } from '../linalg/close.ts';

const { truth } = regressionProblem({ rows: 6, cols: 5, rank: 2, tasks: 1, measurementsPerTask: 1, seed: 1 });
const theta = matmulNT(normals('left', 6, 2), normals('right', 5, 2));
const y = new Float64Array(3);

describe('tasks from given numbers', () => {
  it('recover a matrix from measurements made elsewhere', () => {
    const m = 60;
    const a = normals('A', m, 30).data;
    const [x, z] = [normals('x', m, 6), normals('z', m, 5)];
    const inputs = normals('inputs', 12, 5);
    const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, p) => sum + value * v[p], 0);
    const tasks = [
      gaussianTask(
        6,
        5,
        a,
        Float64Array.from({ length: m }, (_, j) => dot(a.subarray(j * 30, (j + 1) * 30), theta.data)),
      ),
      rankOneTask(
        x,
        z,
        Float64Array.from({ length: m }, (_, j) => {
          const outer = x.toRows()[j].flatMap((left) => z.toRows()[j].map((right) => left * right));
          return dot(Float64Array.from(outer), theta.data);
        }),
      ),
      vectorTask(inputs, matmulNT(inputs, theta)),
    ];
    for (const task of tasks) {
      const { u, v, cores } = coAltMin({ truth, tasks: [task] }, { iterations: 300, tolerance: 1e-12 });
      expectClose(matmulNT(u, matmulNT(v, cores[0])), theta, 1e-8);
    }
  });

  it.each<[() => unknown, string]>([
    [() => gaussianTask(2, 2, new Float64Array(0), new Float64Array(0)), 'gaussianTask: responses must hold at least one number, got 0'],
    [() => gaussianTask(2, 2, new Float64Array(8), y), 'gaussianTask: measurements must be [3, 2, 2] of 12 values, got 8'],
    [() => gaussianTask(2, 2, new Float64Array(12).fill(Number.NaN, 4), y), 'gaussianTask: measurements must be finite, got NaN at 4'],
    [() => gaussianTask(1, 1, y, new Float64Array(3).fill(1 / 0)), 'gaussianTask: responses must be finite, got Infinity at 0'],
    [() => rankOneTask(new Matrix(3, 2), new Matrix(2, 2), y), 'rankOneTask: left and right must have 3 rows, got [3, 2] and [2, 2]'],
    [
      () => rankOneTask(new Matrix(0, 2), new Matrix(0, 2), new Float64Array(0)),
      'rankOneTask: responses must hold at least one number, got 0',
    ],
    [() => vectorTask(new Matrix(0, 2), new Matrix(0, 3)), 'vectorTask: inputs must have at least one row, got [0, 2]'],
    [() => vectorTask(new Matrix(2, 2), new Matrix(3, 4)), 'vectorTask: outputs must have 2 rows to match inputs [2, 2], got [3, 4]'],
    [() => vectorTask(new Matrix(1, 1), Matrix.column([Number.NaN])), 'vectorTask: outputs must be finite, got NaN at 0'],
  ])('reject what means nothing: %s', (make, message) => {
    expect(make).toThrow(message);
  });
});

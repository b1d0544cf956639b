import { Random } from '../../src/core/index.ts';
import { Matrix } from '../../src/linalg/index.ts';

/** Fails with the largest error and its place unless all entries agree to the absolute tolerance. */
export function expectClose(actual: Matrix, expected: Matrix, tolerance: number): void {
  if (actual.rows !== expected.rows || actual.cols !== expected.cols) {
    throw new Error(`expected shape ${expected.shape}, got ${actual.shape}`);
  }
  let worst = 0;
  let place = 0;
  actual.data.forEach((value, p) => {
    const error = Math.abs(value - expected.data[p]);
    if (!(error <= worst)) [worst, place] = [Number.isNaN(error) ? Number.POSITIVE_INFINITY : error, p];
  });
  if (worst > tolerance) {
    const [i, j] = [Math.floor(place / actual.cols), place % actual.cols];
    throw new Error(`largest error ${worst} > ${tolerance} at (${i}, ${j}): got ${actual.at(i, j)}, expected ${expected.at(i, j)}`);
  }
}

/** A matrix of standard normals. */
export function normals(seed: number | string, rows: number, cols: number): Matrix {
  return new Matrix(rows, cols, new Random(seed).fillNormal(new Float64Array(rows * cols)));
}

import { describe, it } from 'vitest';
import { addScaled, kronecker, Matrix, matmul, matmulNT, matmulTN, multiply, multiplyEach, transpose } from '../../src/linalg/index.ts';
import { expectClose, normals } from './close.ts';

/** A · B by the definition. */
function naive(a: Matrix, b: Matrix): Matrix {
  const result = new Matrix(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.cols; j++) {
      for (let l = 0; l < a.cols; l++) result.data[i * b.cols + j] += a.at(i, l) * b.at(l, j);
    }
  }
  return result;
}

// Odd numbers of rows, columns that are no multiple of four, more terms than a block holds, and enough for native code.
describe.each([
  [1, 1, 1],
  [2, 3, 4],
  [7, 5, 9],
  [3, 1300, 2],
  [29, 31, 37],
  [1, 200, 130],
  [5, 0, 3],
])('products of [%i, %i] and p = %i', (m, n, p) => {
  const [a, b] = [normals('a', m, n), normals('b', n, p)];

  it('agree with the definition, whichever side is transposed', () => {
    expectClose(matmul(a, b), naive(a, b), 1e-11);
    expectClose(matmulTN(transpose(a), b), naive(a, b), 1e-11);
    expectClose(matmulNT(a, transpose(b)), naive(a, b), 1e-11);
  });

  it('overwrite or add to C', () => {
    const c = new Matrix(m, p, new Float64Array(m * p).fill(1));
    multiply(transpose(a).data, transpose(b).data, c.data, [m, n, p], { transposeA: true, transposeB: true, add: true });
    expectClose(addScaled(c, -1, naive(a, b)), new Matrix(m, p, new Float64Array(m * p).fill(1)), 1e-11);
    multiply(a.data, b.data, c.data, [m, n, p]);
    expectClose(c, naive(a, b), 1e-11);
  });
});

describe('multiplyEach', () => {
  // Below and above what native code needs, one batch and several.
  it.each([
    [2, 3, 4, 5],
    [4, 20, 19, 16],
    [2, 3000, 2, 9],
  ])('multiplies one Aᵀ [%i, %i] with B_j of %i columns, %i of them', (m, n, p, count) => {
    const [a, b] = [normals('a', n, m), normals('b', count * n, p)];
    const c = new Float64Array(count * m * p).fill(Number.NaN);
    multiplyEach(a.data, b.data, c, [m, n, p], count);
    for (let j = 0; j < count; j++) {
      const own = new Matrix(n, p, b.data.slice(j * n * p, (j + 1) * n * p));
      expectClose(new Matrix(m, p, c.slice(j * m * p, (j + 1) * m * p)), naive(transpose(a), own), 1e-10);
    }
  });
});

describe('kronecker', () => {
  it('is the map M ↦ A M Bᵀ on row-major vectors', () => {
    const [a, b, x] = [normals('a', 3, 2), normals('b', 4, 5), normals('x', 2, 5)];
    const image = matmul(kronecker(a, b), Matrix.column(x.data));
    expectClose(image, Matrix.column(matmulNT(matmul(a, x), b).data), 1e-13);
  });
});

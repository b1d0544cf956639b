import { describe, expect, it } from 'vitest';
import { addGram, gemm, kronecker, Matrix, matmul, matmulNT, matmulTN, transpose } from '../../src/linalg/index.ts';
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

// Odd numbers of rows, columns that are no multiple of four, and more terms than a block holds.
describe.each([
  [1, 1, 1],
  [2, 3, 4],
  [7, 5, 9],
  [3, 1300, 6],
  [5, 0, 3],
])('products of [%i, %i] and p = %i', (m, n, p) => {
  const [a, b] = [normals('a', m, n), normals('b', n, p)];

  it('agree with the definition, whichever side is transposed', () => {
    expectClose(matmul(a, b), naive(a, b), 1e-11);
    expectClose(matmulTN(transpose(a), b), naive(a, b), 1e-11);
    expectClose(matmulNT(a, transpose(b)), naive(a, b), 1e-11);
  });

  it('add to a strided C within a larger array', () => {
    const data = new Float64Array(5 + 2 * m * p).fill(1);
    const c = { data, offset: 3, rowStride: 2, columnStride: 2 * m };
    gemm({ data: a.data, rowStride: n, columnStride: 1 }, { data: b.data, rowStride: p, columnStride: 1 }, c, m, n, p);
    const expected = naive(a, b);
    const rest = new Set(data.keys());
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < p; j++) {
        const place = 3 + 2 * i + 2 * m * j;
        expect(data[place]).toBeCloseTo(1 + expected.at(i, j), 10);
        rest.delete(place);
      }
    }
    expect([...rest].every((place) => data[place] === 1)).toBe(true);
  });
});

describe('addGram', () => {
  it.each([3, 64, 65, 150])('adds the lower triangle of DᵀD for %i unknowns', (n) => {
    const design = normals('D', 9, n);
    const gram = new Matrix(n, n, new Float64Array(n * n).fill(1));
    addGram(design.data, 9, n, gram.data);
    const lower = (x: Matrix) =>
      new Matrix(
        n,
        n,
        x.data.map((value, p) => (p % n <= Math.floor(p / n) ? value : 0)),
      );
    const expected = naive(transpose(design), design);
    expectClose(
      lower(gram),
      lower(
        new Matrix(
          n,
          n,
          expected.data.map((value) => value + 1),
        ),
      ),
      1e-12,
    );
  });
});

describe('kronecker', () => {
  it('is the map M ↦ A M Bᵀ on row-major vectors', () => {
    const [a, b, x] = [normals('a', 3, 2), normals('b', 4, 5), normals('x', 2, 5)];
    const image = matmul(kronecker(a, b), Matrix.column(x.data));
    expectClose(image, Matrix.column(matmulNT(matmul(a, x), b).data), 1e-13);
  });
});

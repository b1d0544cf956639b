import { describe, expect, it } from 'vitest';
import { addScaled, Matrix, matmul, matmulTN, scale } from '../../src/linalg/index.ts';
import { addNormalProducts, addTransposedProducts, Rows } from '../../src/regression/rows.ts';
import { expectClose, normals } from '../linalg/close.ts';

/** Some side by side in one array and some alone, in memory and drawn; two of the large ones fit in a block, a third does not. */
function families(): [string, Rows[]][] {
  const sizes = [3, 1, 4, 2];
  const whole = normals('whole', 10, 5).data;
  let start = 0;
  const adjacent = sizes.map((count) => {
    start += count;
    return new Rows(count, 5, whole.subarray((start - count) * 5, start * 5));
  });
  const drawn = new Rows(6, 5, () => normals('drawn', 6, 5).data);
  const large = normals('large', 1200, 1024).data;
  const blocks = [0, 1, 2].map((i) => new Rows(400, 1024, large.subarray(i * 400 * 1024, (i + 1) * 400 * 1024)));
  return [
    ['side by side', adjacent],
    ['out of order', [adjacent[2], adjacent[0], adjacent[1], adjacent[3]]],
    ['drawn between held ones', [adjacent[0], drawn, adjacent[1], adjacent[2]]],
    ['more than a block', blocks],
  ];
}

describe.each(families())('rows %s', (_, all) => {
  const d = all[0].cols;
  const basis = normals('basis', d, 2);
  const weights = all.map(({ count }, i) => normals(`w${i}`, count, 2));
  const begin = normals('sum', d, 2);
  const expectSum = (sum: Matrix, of: (i: number) => Matrix) =>
    expectClose(
      sum,
      all.reduce((total, { matrix }, i) => addScaled(total, 1, matmulTN(matrix, of(i))), begin),
      1e-9,
    );

  it('are multiplied with a basis one by one, whatever the last basis was', () => {
    for (const some of [basis, scale(2, basis), basis]) {
      Rows.products(all, some).forEach((product, i) => {
        expectClose(product, matmul(all[i].matrix, some), 1e-10);
      });
    }
  });

  it('add RᵢᵀWᵢ, with Wᵢ given or made of Rᵢ B', () => {
    const given = new Matrix(d, 2, begin.data.slice());
    addTransposedProducts(all, (i, out) => out.data.set(weights[i].data), given);
    expectSum(given, (i) => weights[i]);
    const made = new Matrix(d, 2, begin.data.slice());
    addNormalProducts(all, basis, (i, out, image) => out.data.set(addScaled(weights[i], 1, image).data), made);
    expectSum(made, (i) => addScaled(weights[i], 1, matmul(all[i].matrix, basis)));
  });
});

describe('Rows', () => {
  it('hold their numbers, or none when they are drawn', () => {
    expect(new Rows(2, 3, new Float64Array(6)).bytes).toBe(48);
    expect(new Rows(2, 3, () => new Float64Array(6)).bytes).toBe(0);
  });
});

import { type AdapterData, type Factors, matrixOf, tensorOf } from '../../adapters/index.ts';
import type { TensorData } from '../../engine/index.ts';
import { leadingColumns, Matrix, matmul, matmulNT, qr, svd, transpose } from '../../linalg/index.ts';
import { commonStart } from '../adapter-starts.ts';
import { forClients } from '../client-factors.ts';
import { stacked } from '../stacking.ts';
import type { Strategy } from '../strategy.ts';

/** The mean of the products, truncated to rank r by its singular values. Source: Bai et al., FlexLoRA, 2024. */
export const flexlora: Strategy = {
  name: 'flexlora',
  costs: 'flexlora',
  start: (federation) => ({ adapters: { main: commonStart(federation) } }),
  async round(federation, { adapters }, round) {
    const { plan } = federation;
    const participants = federation.participants(round);
    federation.count('down', adapters.main, participants.length);
    const { main } = await federation.train(
      { main: forClients(adapters.main, participants) },
      { trained: { main: ['a', 'b'] }, participants, steps: plan.localSteps, memory: 'main' },
    );
    federation.count('up', adapters.main, participants.length);
    return { adapters: { main: truncated(stacked(main, federation.weights(participants)), plan.adapter.rank) } };
  },
  models: ({ adapters }) => ({ branches: adapters }),
};

/** The best adapter of rank r for one of a higher rank: QR of both factors, and the SVD of what is between them. */
export const truncated = (adapter: AdapterData, rank: number): AdapterData =>
  Object.fromEntries(Object.entries(adapter).map(([module, factors]) => [module, truncatedFactors(factors, rank)]));

function truncatedFactors({ a, b }: Factors<TensorData>, rank: number): Factors<TensorData> {
  const [B, A] = [matrixOf(b), transpose(matrixOf(a))];
  // A stack wider than the weight is a product already small enough to be decomposed itself.
  const isWide = B.cols > Math.min(B.rows, A.rows);
  const left = isWide ? undefined : qr(B);
  const right = isWide ? undefined : qr(A);
  const { u, s, v } = svd(left && right ? matmulNT(left.r, right.r) : matmulNT(B, A));
  /** The r leading columns, each times the root of its singular value. */
  const weighted = (basis: Matrix) => {
    const columns = leadingColumns(basis, rank);
    return new Matrix(
      columns.rows,
      rank,
      columns.data.map((x, at) => x * Math.sqrt(s[at % rank])),
    );
  };
  return {
    a: tensorOf(transpose(weighted(right ? matmul(right.q, v) : v))),
    b: tensorOf(weighted(left ? matmul(left.q, u) : u)),
  };
}

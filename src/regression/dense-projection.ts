import { addGram, gemm, Matrix, matmul, matmulNT } from '../linalg/index.ts';
import { type NormalSystem, type Projection, rowProducts, weightedRows } from './measurements.ts';

/** A projection whose P_j are held as they are: [m, d, r]. Source: ours. */
export class DenseProjection implements Projection {
  readonly responses: Float64Array;
  readonly outside = 0;
  readonly exactWeight = false;
  readonly #values: Float64Array;
  readonly #rows: number;
  readonly #rank: number;

  /**
   * @param values P, [m, d, r]
   * @param rows d
   * @param rank r
   */
  constructor(values: Float64Array, rows: number, rank: number, responses: Float64Array) {
    this.#values = values;
    this.#rows = rows;
    this.#rank = rank;
    this.responses = responses;
  }

  forward(moving: Matrix, core: Matrix): Float64Array {
    const out = new Float64Array(this.responses.length);
    rowProducts(this.#values, matmul(moving, core).data, out);
    return out;
  }

  adjoint(values: Float64Array, core: Matrix): Matrix {
    const sum = new Matrix(this.#rows, this.#rank);
    weightedRows(this.#values, values, sum.data);
    return matmulNT(sum, core);
  }

  /** The design is Mᵀ P_j. */
  coreSystem(moving: Matrix): NormalSystem {
    const [d, r] = [this.#rows, this.#rank];
    const size = moving.cols * r;
    const design = new Float64Array(this.responses.length * size);
    const transposed = { data: moving.data, rowStride: 1, columnStride: moving.cols };
    for (let j = 0; j < this.responses.length; j++) {
      const own = { data: this.#values, offset: j * d * r, rowStride: r, columnStride: 1 };
      gemm(transposed, own, { data: design, offset: j * size, rowStride: r, columnStride: 1 }, moving.cols, d, r);
    }
    return normalSystem(design, size, this.responses);
  }

  /** The design is P_j Xᵀ. */
  basisSystem(core: Matrix): NormalSystem {
    const rows = this.responses.length * this.#rows;
    const { data: design } = matmulNT(new Matrix(rows, this.#rank, this.#values), core);
    return normalSystem(design, this.#rows * core.rows, this.responses);
  }

  /** Gaussian A_j and an orthonormal F give P_j independent standard normal entries, hence m X Xᵀ in expectation. */
  weight(core: Matrix): Matrix {
    const result = matmulNT(core, core);
    for (let p = 0; p < result.data.length; p++) result.data[p] *= this.responses.length;
    return result;
  }
}

/** The normal equations of a design [m, n]. */
export function normalSystem(design: Float64Array, unknowns: number, responses: Float64Array): NormalSystem {
  const gram = new Matrix(unknowns, unknowns);
  addGram(design, responses.length, unknowns, gram.data);
  const moment = new Matrix(unknowns, 1);
  weightedRows(design, responses, moment.data);
  return { gram, moment };
}

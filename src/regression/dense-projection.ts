import { Matrix, matmulNT, multiply, scale, transpose } from '../linalg/index.ts';
import type { IterativeProjection, NormalSystem } from './measurements.ts';
import { normalSystem } from './normal-system.ts';
import { Rows } from './rows.ts';

/** A projection whose P_j are held as they are: R holds P_1ᵀ, P_2ᵀ, … one below the other, [m r, d]. Source: ours. */
export class DenseProjection implements IterativeProjection {
  readonly responses: Float64Array;
  readonly outside = 0;
  readonly exactWeight = false;
  readonly rows: Rows;
  readonly #values: Float64Array;
  readonly #rank: number;

  /**
   * @param values the P_jᵀ, [m, r, d]
   * @param d rows of P_j
   */
  constructor(values: Float64Array, d: number, rank: number, responses: Float64Array) {
    this.rows = new Rows(values.length / d, d, values);
    this.responses = responses;
    this.#values = values;
    this.#rank = rank;
  }

  predicted(image: Matrix, core: Matrix): Float64Array {
    const out = new Float64Array(this.responses.length);
    multiply(image.data, transpose(core).data, out, [out.length, core.data.length, 1]);
    return out;
  }

  momentWeights(core: Matrix): Matrix {
    const result = new Matrix(this.rows.count, core.rows);
    this.weights(this.responses, core, result);
    return result;
  }

  weights(values: Float64Array, core: Matrix, out: Matrix): void {
    multiply(values, transpose(core).data, out.data, [values.length, 1, core.data.length]);
  }

  /** The design is Mᵀ P_j, of which R M holds the transpose. */
  coreSystem(image: Matrix): NormalSystem {
    const [own, other] = [image.cols, this.#rank];
    const design = new Matrix(this.responses.length, own * other);
    for (let j = 0; j < design.rows; j++) {
      const start = j * design.cols;
      for (let p = 0; p < own; p++) {
        for (let q = 0; q < other; q++) design.data[start + p * other + q] = image.data[start + q * own + p];
      }
    }
    return normalSystem(design, this.responses);
  }

  /** The design is P_j Xᵀ. */
  basisSystem(core: Matrix): NormalSystem {
    const [d, r] = [this.rows.cols, this.#rank];
    const design = new Matrix(this.responses.length, d * core.rows);
    for (let j = 0; j < design.rows; j++) {
      const own = this.#values.subarray(j * r * d, (j + 1) * r * d);
      const row = design.data.subarray(j * design.cols, (j + 1) * design.cols);
      multiply(own, core.data, row, [d, r, core.rows], { transposeA: true, transposeB: true });
    }
    return normalSystem(design, this.responses);
  }

  /** Gaussian A_j and an orthonormal F give P_j independent standard normal entries, hence m X Xᵀ in expectation. */
  weight(core: Matrix): Matrix {
    return scale(this.responses.length, matmulNT(core, core));
  }
}

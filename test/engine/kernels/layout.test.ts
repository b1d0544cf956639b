import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import { check, data, type Example, seeds, shapes } from './check.ts';

/** A tensor of some shape and what to do to it, given four numbers below 1 to choose by. */
const each = (
  min: number,
  run: (x: tf.Tensor, choice: number[]) => tf.Tensor | tf.Tensor[],
  minRank = 1,
  maxRank = 4,
): fc.Arbitrary<Example> =>
  fc.tuple(shapes(minRank, maxRank, min), fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }), seeds).map(([shape, numbers, seed]) => ({
    inputs: [data(shape, seed)],
    run: (x: tf.Tensor) =>
      run(
        x,
        numbers.map((n) => n / 1000),
      ),
  }));
const pick = (count: number, choice: number): number => Math.floor(choice * count);
/** Paddings or counts for each axis. */
const pairsOf = (x: tf.Tensor, choice: number[], limit: (length: number) => number): [number, number][] =>
  x.shape.map((length, i) => [pick(limit(length), choice[2 * i]), pick(limit(length), choice[2 * i + 1])]);

describe('kernels that move numbers, value and gradient', () => {
  check('Reshape', { kernels: ['Reshape'], examples: each(0, (x) => tf.reshape(x, [x.size])), gradient: true });
  check('ExpandDims', {
    kernels: ['ExpandDims'],
    examples: each(0, (x, [a]) => tf.expandDims(x, pick(2 * x.rank + 2, a) - x.rank - 1)),
    gradient: true,
  });
  check('Transpose', {
    kernels: ['Transpose'],
    examples: each(0, (x, choice) =>
      tf.transpose(
        x,
        x.shape.map((_, i) => i).sort((a, b) => choice[a] - choice[b]),
      ),
    ),
    gradient: true,
  });
  check('Slice', {
    kernels: ['Slice'],
    examples: each(1, (x, choice) => {
      const begin = x.shape.map((length, i) => pick(length, choice[i]));
      return tf.slice(
        x,
        begin,
        x.shape.map((length, i) => pick(length - begin[i] + 1, choice[i + 4])),
      );
    }),
    gradient: true,
  });
  check('StridedSlice', {
    kernels: ['StridedSlice'],
    examples: each(1, (x, choice) => {
      const strides = x.shape.map((_, i) => [1, 2, -1][pick(3, choice[i])]);
      const masks = [4, 5, 6].map((i) => pick(4, choice[i]));
      const ends = x.shape.map((length, i) => (strides[i] > 0 ? length : -length - 1));
      return tf.stridedSlice(
        x,
        strides.map((s) => (s > 0 ? 0 : -1)),
        ends,
        strides,
        masks[0],
        masks[1],
        0,
        0,
        x.rank > 1 && strides[0] === 1 ? pick(2, choice[7]) : 0,
      );
    }),
  });
  check('Concat', {
    kernels: ['Concat'],
    examples: each(0, (x, [a]) => tf.concat([x, tf.mul(x, 2), x], pick(2 * x.rank, a) - x.rank)),
    gradient: true,
  });
  check('Pack', { kernels: ['Pack'], examples: each(0, (x, [a]) => tf.stack([x, tf.neg(x)], pick(x.rank + 1, a))), gradient: true });
  check('Unpack', { kernels: ['Unpack'], examples: each(1, (x, [a]) => tf.unstack(x, pick(2 * x.rank, a) - x.rank)), gradient: true });
  check('SplitV', {
    kernels: ['SplitV'],
    examples: each(2, (x, [a]) => {
      const axis = pick(x.rank, a);
      return tf.split(x, [1, x.shape[axis] - 1], axis);
    }),
    gradient: true,
  });
  check('Tile', {
    kernels: ['Tile'],
    examples: each(0, (x, choice) =>
      tf.tile(
        x,
        x.shape.map((_, i) => 1 + pick(3, choice[i])),
      ),
    ),
    gradient: true,
  });
  check('broadcastTo', {
    kernels: ['Tile'],
    examples: each(1, (x, choice) => tf.broadcastTo(tf.sum(x, pick(x.rank, choice[0]), true), [2, ...x.shape]), 1, 3),
    gradient: true,
  });
  check('PadV2', {
    kernels: ['PadV2'],
    examples: each(0, (x, choice) =>
      tf.pad(
        x,
        pairsOf(x, choice, () => 3),
        1.5,
      ),
    ),
    gradient: true,
  });
  check('MirrorPad', {
    kernels: ['MirrorPad'],
    examples: each(1, (x, choice) => [
      tf.mirrorPad(
        x,
        pairsOf(x, choice, (length) => length),
        'reflect',
      ),
      tf.mirrorPad(
        x,
        pairsOf(x, choice, (length) => length),
        'symmetric',
      ),
    ]),
  });
  check('Reverse', { kernels: ['Reverse'], examples: each(0, (x, [a]) => tf.reverse(x, pick(2 * x.rank, a) - x.rank)), gradient: true });
  check('FlipLeftRight', { kernels: ['FlipLeftRight'], examples: each(1, (x) => tf.image.flipLeftRight(x as tf.Tensor4D), 4) });
  check('Diag', { kernels: ['Diag'], examples: each(1, (x) => tf.diag(x), 1, 2) });
  check('SpaceToBatchND and BatchToSpaceND', {
    kernels: ['SpaceToBatchND', 'BatchToSpaceND'],
    examples: each(
      2,
      (x, [a, b]) => {
        const block = [1 + pick(2, a), 1 + pick(3, b)];
        const pads = block.map((size, i) => [0, (size - (x.shape[i + 1] % size)) % size]);
        const batched = tf.spaceToBatchND(x, block, pads);
        return [batched, tf.batchToSpaceND(batched, block, pads)];
      },
      3,
    ),
    gradient: true,
  });
  check('DepthToSpace', {
    kernels: ['DepthToSpace'],
    examples: each(1, (x) => tf.depthToSpace(tf.tile(x, [1, 1, 1, 4]) as tf.Tensor4D, 2), 4),
  });
});

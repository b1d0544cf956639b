import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorData } from '../../src/engine/index.ts';
import { loadModel, readGguf, readSafetensors } from '../../src/lm/index.ts';
import { difference } from '../engine/eager.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const SHAPE = { vocabulary: 40, width: 32, hidden: 32, layers: 1, heads: 4, kvHeads: 2, headDim: 8, positions: 64, bos: 1, eos: [2] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of mixed.gguf with other bytes. */
function altered(change: (bytes: Buffer) => Buffer): string {
  const path = join(folder, 'x.gguf');
  writeFileSync(path, change(readFileSync(join(GOLDEN, 'mixed.gguf'))));
  return path;
}
const replaced = (from: string, to: string) => (bytes: Buffer) => {
  bytes.write(to, bytes.indexOf(from), 'latin1');
  return bytes;
};

describe('readGguf', () => {
  it.each([
    ['mixed.gguf', { ...SHAPE, tied: true, attentionBias: false }],
    ['qwen2.gguf', { ...SHAPE, tied: false, attentionBias: true }],
  ])('%s, as transformers reads it (golden/make.py)', async (name, shape) => {
    const { config, parameters } = await loadModel(join(GOLDEN, name));
    expect(config).toMatchObject({ ...shape, epsilon: expect.closeTo(1e-6, 9), rotaryBase: 10000 });
    const { tensors } = await readSafetensors(join(GOLDEN, `${name}.safetensors`));
    expect(Object.keys(parameters).sort()).toEqual([...tensors.keys()].sort());
    const wrong = [...tensors]
      .map(([key, want]) => [key, difference(parameters[key], want as TensorData, 1e-6)])
      .filter(([, text]) => text);
    expect(wrong).toEqual([]);
  });

  it('version 2 is read as version 3', async () => {
    const path = altered((bytes) => {
      bytes.writeUInt32LE(2, 4);
      return bytes;
    });
    expect(await readGguf(path)).toEqual(await readGguf(join(GOLDEN, 'mixed.gguf')));
  });

  it("finds Llama 3.1's stretching from its factors", async () => {
    const { config } = await readGguf(join(GOLDEN, 'scaled.gguf'));
    const scaling = { factor: expect.closeTo(8, 4), lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192 };
    expect(config).toMatchObject({ headDim: 64, rotaryBase: 500000, rotaryScaling: scaling });
  });

  it('says in a sentence what is wrong with a file', async () => {
    const cases: [(bytes: Buffer) => Buffer, string][] = [
      [() => Buffer.from('no model'), 'must be a GGUF file, its header cannot be read: '],
      [(bytes) => bytes.subarray(0, 300), 'x.gguf'],
      [(bytes) => bytes.subarray(0, -40), 'is it truncated?'],
      [replaced('llama', 'gemma'), 'general.architecture must be llama or qwen2, got "gemma"'],
      [replaced('blk.0.ffn_up', 'blk.0.ffn_xx'), 'the file must have model.layers.0.mlp.up_proj.weight, got none'],
      [replaced('llama.block_count', 'llama.block_xxxxx'), 'llama.block_count must be a number, got none'],
    ];
    for (const [change, message] of cases) await expect(readGguf(altered(change))).rejects.toThrow(message);
    const unknown = altered((bytes) => {
      // The type stands after a name, the count of lengths and the two lengths.
      bytes.writeUInt32LE(12, bytes.indexOf('blk.0.attn_k.weight') + 'blk.0.attn_k.weight'.length + 4 + 16);
      return bytes;
    });
    await expect(readGguf(unknown)).rejects.toThrow(
      `'blk.0.attn_k.weight' must be of type F32, F16, Q4_0, Q4_1, Q8_0, BF16, got number 12`,
    );
    await expect(readGguf(join(folder, 'none.gguf'))).rejects.toThrow('must be a file that can be read');
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateText, type LlamaConfig, loadModel, loadTokenizer, randomParameters, saveModel } from '../../src/lm/index.ts';

const CONFIG: LlamaConfig = {
  vocabulary: 290,
  width: 16,
  hidden: 24,
  layers: 1,
  heads: 2,
  kvHeads: 2,
  headDim: 8,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 48,
  tied: false,
  attentionBias: false,
  eos: [1],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'generate-'));
  const tokenizer = loadTokenizer(join(import.meta.dirname, 'golden', 'tokenizer'));
  saveModel(folder, { config: CONFIG, parameters: randomParameters(CONFIG, 1), tokenizer });
});
afterAll(() => rmSync(folder, { recursive: true }));

function colora(args: string[], input = '') {
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'colora.js');
  return spawnSync(process.execPath, [bin, 'generate', '--model', folder, ...args], { input, encoding: 'utf8' });
}

describe('colora generate', () => {
  it('goes on with standard input, or with prompts as JSON, as the library does', async () => {
    const model = await loadModel(folder);
    const piped = colora(['--max-tokens', '9'], 'the list\n');
    const [plain] = await generateText(model, ['the list'], { maxTokens: 9 });
    expect([piped.status, piped.stdout, piped.stderr]).toEqual([0, `${plain.text}\n`, '']);

    const sampled = colora(['--json', '--max-tokens', '5', '--top-k', '9', '--seed', '3', 'the list', 'numbers']);
    const made = await generateText(model, ['the list', 'numbers'], { maxTokens: 5, temperature: 1, topK: 9, seed: 3 });
    const lines = sampled.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { prompt: 'the list', ...made[0] },
      { prompt: 'numbers', ...made[1] },
    ]);
  });

  it('says in a sentence what cannot be, with its exit code', () => {
    const long = colora(['--max-tokens', '47', 'the list']);
    expect([long.status, long.stdout]).toEqual([1, '']);
    expect(long.stderr).toBe(
      "generate: prompt 0 and maxTokens must fit into the model's 48 positions together, got 3 and 47 (shorten the prompt or lower maxTokens)\n",
    );
    const wrong = colora(['--temperature', 'warm', 'x']);
    expect([wrong.status, wrong.stderr]).toEqual([2, "colora generate: --temperature must be a number, got 'warm'\n"]);
  });
});

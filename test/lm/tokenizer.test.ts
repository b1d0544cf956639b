import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTokenizer, loadTokenizer } from '../../src/lm/index.ts';

const GOLDEN = join(import.meta.dirname, 'golden', 'tokenizer');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
function withFile(contents: unknown): string {
  writeFileSync(join(folder, 'tokenizer.json'), typeof contents === 'string' ? contents : JSON.stringify(contents));
  return folder;
}
const words = (vocab: object, unk_token?: string) => ({
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab, unk_token },
});

describe('tokenizer', () => {
  const cases = JSON.parse(readFileSync(join(GOLDEN, 'expected.json'), 'utf8'));

  it.each(cases as { text: string; ids: number[]; bare: number[]; decoded: string; special: string }[])(
    '$text, as the package tokenizers has it (golden/make.py)',
    ({ text, ids, bare, decoded, special }) => {
      const tokenizer = loadTokenizer(GOLDEN);
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.encode(text, { special: false })).toEqual(bare);
      expect(tokenizer.decode(ids)).toBe(decoded);
      expect(tokenizer.decode(ids, { special: true })).toBe(special);
    },
  );

  it('knows its size and the numbers of tokens', () => {
    const tokenizer = loadTokenizer(GOLDEN);
    expect([tokenizer.size, tokenizer.tokenOf('</s>'), tokenizer.tokenOf('nothing')]).toEqual([290, 1, undefined]);
    expect(() => tokenizer.decode([5, 290])).toThrow('decode: tokens must be among the 290 of the tokenizer, got 290');
    expect(tokenizer.decode([])).toBe('');
    expect(() => checkTokenizer(tokenizer, { vocabulary: 289 })).toThrow("must be below the model's vocabulary 289, got 289");
    expect(checkTokenizer(tokenizer, { vocabulary: 290 })).toBe(tokenizer);
  });

  it('of whole words takes its token for unknown ones, or says which word has none', () => {
    expect(loadTokenizer(withFile(words({ a: 0, b: 1, '?': 2 }, '?'))).encode('b x a')).toEqual([1, 2, 0]);
    const strict = loadTokenizer(withFile(words({ a: 0, b: 1 })));
    expect(strict.decode(strict.encode('b a'))).toBe('b a');
    expect(() => strict.encode('b x a')).toThrow("encode: the text must be made of the tokenizer's tokens, got 'x'");
  });

  it('that cannot be used is refused in a sentence', () => {
    expect(() => loadTokenizer(join(folder, 'none'))).toThrow('tokenizer.json must be a JSON file, got: ENOENT');
    expect(() => loadTokenizer(withFile('{'))).toThrow('tokenizer.json must be a JSON file');
    expect(() => loadTokenizer(withFile({}))).toThrow('must number its tokens from 0, got no tokens');
    expect(() => loadTokenizer(withFile(words({ a: 1e12 })))).toThrow('must number its tokens from 0, got 1000000000000');
    expect(() => loadTokenizer(withFile({ model: { vocab: { a: 0 } } }))).toThrow('must be a tokenizer that @huggingface/tokenizers reads');
  });
});

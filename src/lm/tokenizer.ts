import { join } from 'node:path';
import { Tokenizer as Implementation } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../core/index.ts';
import type { LlamaConfig } from './config.ts';
import { readJson } from './json-file.ts';

/** Text to token numbers and back, from Hugging Face's `tokenizer.json`. */
export interface Tokenizer {
  /** The highest number + 1. */
  readonly size: number;
  /** Contents of `tokenizer.json` and, where there is one, `tokenizer_config.json`, byte for byte. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * @param options `special`: whether to add what the tokenizer puts around a text, such as its first token; by default yes
   * @throws UserError when a part of the text has no token
   */
  encode(text: string, options?: { special?: boolean }): number[];
  /**
   * @param options `special`: whether to show tokens such as the last one; by default no
   * @throws UserError when a number is no token's
   */
  decode(tokens: readonly number[], options?: { special?: boolean }): string;
  /** The number of a token by its text, such as `<|endoftext|>`. */
  tokenOf(text: string): number | undefined;
}

/** What is read here of a `tokenizer.json`. */
interface Layout {
  model?: { vocab?: Record<string, number> | unknown[]; unk_token?: unknown };
  added_tokens?: { id?: unknown }[];
}

const FILE = 'tokenizer.json';
const CONFIG = 'tokenizer_config.json';

/**
 * The tokenizer of a folder.
 *
 * @throws UserError when there is no `tokenizer.json` or it cannot be used
 */
export function loadTokenizer(folder: string): Tokenizer {
  const path = join(folder, FILE);
  const { contents, text } = readJson('loadTokenizer', path);
  const config = readJson('loadTokenizer', join(folder, CONFIG), true);
  const settings = (config?.contents ?? {}) as { clean_up_tokenization_spaces?: unknown };
  const size = highestNumber(path, contents) + 1;
  let tokenizer: Implementation;
  try {
    tokenizer = new Implementation(contents as object, settings);
  } catch (thrown) {
    throw new UserError(`loadTokenizer: ${path} must be a tokenizer that @huggingface/tokenizers reads, it says: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  const clean = settings.clean_up_tokenization_spaces === true;
  // The library leaves a word without a token undefined where its model is WordLevel.
  const unknown = tokenizer.token_to_id(String((contents as Layout).model?.unk_token));
  return {
    size,
    files: { [FILE]: text, ...(config && { [CONFIG]: config.text }) },
    encode(text, { special = true } = {}) {
      const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: special });
      return (ids as (number | undefined)[]).map((id, i) => {
        const token = id ?? unknown;
        if (token === undefined) throw new UserError(`encode: the text must be made of the tokenizer's tokens, got '${tokens[i]}'`);
        return token;
      });
    },
    decode(tokens, { special = false } = {}) {
      const stranger = tokens.find((token) => tokenizer.id_to_token(token) === undefined);
      if (stranger !== undefined) throw new UserError(`decode: tokens must be among the ${size} of the tokenizer, got ${stranger}`);
      if (tokens.length === 0) return '';
      return tokenizer.decode([...tokens], { skip_special_tokens: !special, clean_up_tokenization_spaces: clean });
    },
    tokenOf: (text) => tokenizer.token_to_id(text),
  };
}

/**
 * The tokenizer itself, when the model has an embedding for each of its tokens.
 *
 * @throws UserError when it has more
 */
export function checkTokenizer(tokenizer: Tokenizer, { vocabulary }: Pick<LlamaConfig, 'vocabulary'>): Tokenizer {
  if (tokenizer.size > vocabulary) {
    throw new UserError(
      `loadModel: the tokenizer's numbers must be below the model's vocabulary ${vocabulary}, got ${tokenizer.size - 1} (is it another model's?)`,
    );
  }
  return tokenizer;
}

/** @throws UserError when a number is none that a token can have */
function highestNumber(path: string, contents: unknown): number {
  const { model, added_tokens: added = [] } = (contents ?? {}) as Layout;
  const vocabulary = model?.vocab ?? {};
  const numbers = Array.isArray(vocabulary) ? vocabulary.map((_, i) => i) : Object.values(vocabulary);
  const all = [...numbers, ...added.map(({ id }) => id as number)];
  const wrong = all.find((number) => !(Number.isInteger(number) && number >= 0 && number < 2 ** 24));
  if (wrong !== undefined || all.length === 0) {
    throw new UserError(`loadTokenizer: ${path} must number its tokens from 0, got ${all.length === 0 ? 'no tokens' : wrong}`);
  }
  return all.reduce((a, b) => Math.max(a, b));
}

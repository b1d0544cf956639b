import { UserError } from '../core/index.ts';
import { type GenerateOptions, generator } from './generate.ts';
import type { LanguageModel } from './model-files.ts';

/** A text that goes on. */
export interface TextGeneration {
  /** What follows the prompt. */
  text: string;
  tokens: number[];
  ended: 'stop' | 'length';
}

/**
 * Goes on with texts, in one batch.
 *
 * @param onText is given what was made of the first prompt since the last call
 * @throws UserError when the model has no tokenizer, or as `generator` does
 */
export async function generateText(
  model: LanguageModel,
  prompts: readonly string[],
  options: GenerateOptions = {},
  onText: (part: string) => void = () => {},
): Promise<TextGeneration[]> {
  const { tokenizer } = model;
  if (tokenizer === undefined) throw new UserError('generateText: the model must have a tokenizer.json, got none (put it into its folder)');
  const rows = prompts.map((prompt): TextGeneration & { prompt: number[] } => ({
    prompt: tokenizer.encode(prompt),
    text: '',
    tokens: [],
    ended: 'length',
  }));
  const compiled = generator(model);
  let shown = '';
  try {
    const stream = compiled.stream(
      rows.map(({ prompt }) => prompt),
      options,
    );
    for await (const tokens of stream) {
      tokens.forEach((token, i) => {
        if (token !== undefined) rows[i].tokens.push(token);
      });
      const text = tokenizer.decode(rows[0].tokens);
      // The bytes of a character may be in tokens to come.
      if (tokens[0] === undefined || text.endsWith('\uFFFD') || !text.startsWith(shown)) continue;
      onText(text.slice(shown.length));
      shown = text;
    }
  } finally {
    await compiled.dispose();
  }
  const { maxTokens = 64 } = options;
  const texts = rows.map(({ tokens }) => tokenizer.decode(tokens));
  if (texts.length > 0 && texts[0].length > shown.length) onText(texts[0].slice(shown.length));
  return rows.map(({ tokens }, i) => ({ text: texts[i], tokens, ended: tokens.length < maxTokens ? 'stop' : 'length' }));
}

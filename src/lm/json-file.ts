import { existsSync, readFileSync } from 'node:fs';
import { messageOf, UserError } from '../core/index.ts';

/** What a JSON file holds. */
export interface JsonFile {
  contents: unknown;
  text: string;
}

/**
 * Reads a JSON file.
 *
 * @param where who reads, for messages
 * @param optional whether undefined is returned when there is no such file
 * @throws UserError when it is missing or no JSON
 */
export function readJson(where: string, path: string): JsonFile;
export function readJson(where: string, path: string, optional: true): JsonFile | undefined;
export function readJson(where: string, path: string, optional = false): JsonFile | undefined {
  if (optional && !existsSync(path)) return undefined;
  try {
    const text = readFileSync(path, 'utf8');
    return { contents: JSON.parse(text), text };
  } catch (thrown) {
    throw new UserError(`${where}: ${path} must be a JSON file, got: ${messageOf(thrown)}`, { cause: thrown });
  }
}

import { readFileSync } from 'node:fs';

/** The golden values of a file beside its Python recipe. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'));
}

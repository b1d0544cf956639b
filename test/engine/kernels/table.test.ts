import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kernelTable } from '../../../src/engine/index.ts';
import { translations } from '../../../src/engine/ops/index.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const readme = readFileSync(fileURLToPath(new URL('../../../src/engine/README.md', import.meta.url)), 'utf8');
/** Kernels that no operation of TensorFlow.js runs on its plain backend. */
const NEVER_RUN = ['BroadcastTo', 'LogSoftmax', 'LogicalXor'];

describe('the table of kernels', () => {
  it("is that of the README, and has every kernel of TensorFlow.js's registry", () => {
    expect(readme).toContain(kernelTable());
  });

  it('leaves no kernel without a translation or a reason', () => {
    expect(kernelTable()).not.toContain('not written yet');
  });

  it('names no translation that no test runs', () => {
    const tests = readdirSync(here)
      .filter((name) => name.endsWith('.test.ts') && name !== 'table.test.ts')
      .map((name) => readFileSync(`${here}/${name}`, 'utf8'))
      .join('\n');
    const untested = Object.keys(translations).filter((name) => !new RegExp(`\\b${name}\\b`).test(tests));
    expect(untested).toEqual([...NEVER_RUN.filter((name) => untested.includes(name))]);
  });
});

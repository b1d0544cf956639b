import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelClient } from '../../../src/notebook/index.ts';
import { type Outcome, run, shows, withKernel } from '../kernel.ts';
import { oneByOne, type Row } from '../row.ts';
import type { Subject } from '../subjects.ts';

const OPTIONS = { target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', strict: true, noEmit: true };

/** A notebook in notebooks/ that imports the project it belongs to. */
export const project: Row = {
  name: 'project',
  title: 'notebook in notebooks/ importing ../src; after an edit there',
  goal: 'works, hot-reloads',
  measure: oneByOne(async (subject) => {
    if (!subject.cells.importGreet) return { text: '–' };
    const root = mkdtempSync(join(tmpdir(), 'colora-bench-'));
    try {
      const cwd = makeProject(root);
      return await withKernel(subject, (client) => editAndRerun(client, subject, root), { cwd });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }),
};

/** What a cell's syntax needs of the kernel. */
export const syntax: Row[] = (
  [
    ['await-parenthesis', 'await (expr)', 'awaitParenthesis'],
    ['for-await', 'for await', 'forAwait'],
    ['export-const', 'export const', 'exportConst'],
  ] as const
).map(([name, title, key]) => ({
  name,
  title: `${title} in a cell`,
  goal: 'yes',
  measure: oneByOne(async (subject) => {
    const cells = subject.cells.syntax?.[key];
    return cells ? await withKernel(subject, (client) => works(client, cells)) : { text: '–' };
  }),
}));

function makeProject(root: string): string {
  const notebooks = join(root, 'notebooks');
  mkdirSync(join(root, 'src'));
  mkdirSync(notebooks);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'bench-project', type: 'module', private: true }));
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include: ['src'] }));
  writeGreet(root, 'first');
  return notebooks;
}

function writeGreet(root: string, word: string): void {
  writeFileSync(join(root, 'src', 'greet.ts'), `export function greet(name: string): string {\n  return '${word} ' + name;\n}\n`);
}

async function editAndRerun(client: KernelClient, { cells }: Subject, root: string): Promise<Outcome> {
  const first = await run(client, cells.importGreet!, 30);
  if (!first.text.includes('first notebook')) {
    const reason = `${first.error} ${first.text}`.replaceAll('\n', ' ').trim();
    return { text: /rootDir/.test(reason) ? '"not under rootDir"' : `fails: ${reason.slice(0, 60)}`, values: { reason } };
  }
  writeGreet(root, 'second');
  await sleep(500);
  if (await shows(client, cells.callGreet!, 'second notebook', 15)) return { text: 'works; new at the next call' };
  const reimported = await shows(client, cells.importGreet!, 'second notebook', 15);
  return { text: reimported ? 'works; new when imported again' : 'works; edit not seen' };
}

async function works(client: KernelClient, cells: string[]): Promise<Outcome> {
  let text = '';
  for (const cell of cells) {
    const done = await run(client, cell);
    if (done.status !== 'ok') return { text: 'no', values: { error: done.error } };
    text += done.text;
  }
  return { text: text.includes('42') ? 'yes' : 'no' };
}

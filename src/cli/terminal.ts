import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../core/index.ts';
import type { StepperTerminal } from '../notebook/index.ts';
import { mayColor } from './text.ts';

/** The stepper's terminal on standard input and output; with piped input it takes its lines from there. */
export function openTerminal(): StepperTerminal & { close(): void } {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const readline = createInterface({ input: process.stdin, output: isTerminal ? process.stdout : undefined, terminal: isTerminal });
  const lines = readline[Symbol.asyncIterator]();
  const stops = new Set<() => void>();
  const leave = () => {
    for (const stop of stops) stop();
    readline.close();
  };
  // Ctrl-C stops what runs; where nothing does, it ends the input, and with it the walk
  const interrupt = () => {
    if (stops.size === 0) leave();
    for (const stop of stops) stop();
  };
  readline.on('SIGINT', interrupt);
  const handlers = { SIGINT: interrupt, SIGTERM: leave, SIGHUP: leave };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return {
    color: mayColor(process.stdout),
    write: (text) => process.stdout.write(text),
    async readLine(prompt) {
      readline.setPrompt(prompt);
      if (isTerminal) readline.prompt();
      else process.stdout.write(prompt);
      const { value, done } = await lines.next();
      // a terminal has echoed what was typed; from a pipe the transcript would lack it
      if (!isTerminal) process.stdout.write(`${done ? '' : value}\n`);
      return done ? undefined : value;
    },
    edit: isTerminal && process.env.EDITOR ? async (source, extension) => editIn(process.env.EDITOR!, source, extension) : undefined,
    onInterrupt(callback) {
      stops.add(callback);
      return () => stops.delete(callback);
    },
    close() {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
      readline.close();
    },
  };
}

function editIn(editor: string, source: string, extension: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'colora-edit-'));
  const file = join(folder, `cell${extension}`);
  try {
    writeFileSync(file, source);
    // through a shell, since EDITOR may hold arguments
    const { status } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: 'inherit' });
    if (status !== 0) throw new UserError(`edit: editor '${editor}' must exit with 0, got ${status} (the cell is as it was)`);
    return readFileSync(file, 'utf8').replace(/\n$/, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

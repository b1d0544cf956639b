import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './usage.ts';

const BENCHES = fileURLToPath(new URL('../../bench', import.meta.url));

/** The text of `colora bench --help`. */
export const help = `
colora bench [NAME [ARGUMENT…]]

Runs bench/NAME.ts or bench/NAME/index.ts with the arguments; without a name lists them.
`;

/** `colora bench`. */
export async function run([name, ...args]: string[]): Promise<number> {
  const names = benchNames();
  if (name === undefined) {
    process.stdout.write(names.map((known) => `${known}\n`).join(''));
    return 0;
  }
  if (!names.includes(name)) {
    throw new UsageError(`colora bench: name must be one of ${names.join(', ') || '(none there yet)'}, got '${name}'`);
  }
  return await runScript(entryOf(name)!, args);
}

function benchNames(): string[] {
  const names = readdirSync(BENCHES).map((entry) => entry.replace(/\.ts$/, ''));
  return [...new Set(names)].filter((name) => entryOf(name) !== undefined).sort();
}

function entryOf(name: string): string | undefined {
  return [join(BENCHES, `${name}.ts`), join(BENCHES, name, 'index.ts')].find((file) => existsSync(file));
}

/** In a process of its own, so that what is measured is not what the command line loaded. */
async function runScript(file: string, args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the script itself, which is in the same group; this process waits for how it ends
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...end) => resolve(end));
  });
  process.off('SIGINT', ignore);
  return code ?? (signal === 'SIGINT' ? 130 : 1);
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../src/core/index.ts';
import { type Kernelspec, ownKernelspec } from '../../src/notebook/index.ts';
import { CELLS, type Cells } from './cells.ts';

/** The checkout that is measured. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A kernel to be measured, or the fact that it is not there. */
export interface Subject {
  name: keyof typeof CELLS;
  /** Heading of its column, with its version. */
  label: string;
  cells: Cells;
  spec: Kernelspec | undefined;
  /** Environment that limits its heap, where a cell cannot. */
  smallHeap: Record<string, string>;
}

/** Where the peers are; one that is not given is not present. */
export interface Peers {
  python?: string;
  deno?: string;
}

/** The four columns of the table, ours first. */
export function subjects({ python, deno }: Peers): Subject[] {
  const nodeHeap = { NODE_OPTIONS: '--max-old-space-size=256' };
  return [
    subject('colora', `colora ${packageVersion('.')}`, ownKernelspec(), nodeHeap),
    subject('tslab', `tslab ${packageVersion('node_modules/tslab')}`, tslabSpec(), nodeHeap),
    subject(
      'deno',
      deno ? version(deno, ['--version']) : 'Deno',
      deno ? spec('deno', [deno, 'jupyter', '--kernel', '--conn', '{connection_file}']) : undefined,
      { DENO_V8_FLAGS: '--max-old-space-size=256', NO_COLOR: '1' },
    ),
    subject(
      'python3',
      python ? `ipykernel ${version(python, ['-c', 'import ipykernel; print(ipykernel.__version__)'])}` : 'ipykernel',
      python ? spec('python3', [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']) : undefined,
      {},
    ),
  ];
}

/** Writes the kernelspecs of all that are present where JUPYTER_PATH can name them; returns that folder. */
export function writeKernelspecs(folder: string, all: Subject[]): string {
  for (const { spec } of all) {
    if (!spec) continue;
    const directory = join(folder, 'kernels', spec.name);
    mkdirSync(directory, { recursive: true });
    const { argv, displayName, language, interruptMode } = spec;
    writeFileSync(
      join(directory, 'kernel.json'),
      JSON.stringify({ argv, display_name: displayName, language, interrupt_mode: interruptMode }),
    );
  }
  return folder;
}

function subject(name: Subject['name'], label: string, spec: Kernelspec | undefined, smallHeap: Record<string, string>): Subject {
  return { name, label, spec, smallHeap, cells: CELLS[name] };
}

function tslabSpec(): Kernelspec | undefined {
  const command = join(REPOSITORY, 'node_modules', 'tslab', 'bin', 'tslab');
  return existsSync(command) ? spec('tslab', [process.execPath, command, 'kernel', '--config-path={connection_file}']) : undefined;
}

function spec(name: string, argv: string[]): Kernelspec {
  const language = name === 'python3' ? 'python' : 'typescript';
  return { name, displayName: name, language, argv, env: {}, interruptMode: 'signal', resourceDirectory: REPOSITORY };
}

function packageVersion(folder: string): string {
  return JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8')).version;
}

function version(command: string, args: string[]): string {
  try {
    const [line] = execFileSync(command, args, { encoding: 'utf8', timeout: 20_000 }).split('\n');
    return line.replace(/^deno (\S+).*/, 'Deno $1');
  } catch (thrown) {
    throw new UserError(`bench kernel: ${command} must be runnable, got ${messageOf(thrown).split('\n')[0]}`);
  }
}

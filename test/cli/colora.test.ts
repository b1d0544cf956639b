import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const NOTEBOOKS = join(REPOSITORY, 'test', 'notebooks');

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts bin/colora.js in the test's folder. */
function start(args: string[], input = '', env: NodeJS.ProcessEnv = {}): { child: ChildProcess; result: Promise<Result> } {
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'colora.js'), ...args], { cwd: folder, env: { ...process.env, ...env } });
  children.push(child);
  child.stdin.end(input);
  const [out, err] = [child.stdout, child.stderr].map(
    (stream) =>
      new Promise<string>((resolve) => {
        let text = '';
        stream.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        stream.on('end', () => resolve(text));
      }),
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, result: Promise.all([ended, out, err]).then(([code, stdout, stderr]) => ({ code, stdout, stderr })) };
}

const colora = (...args: string[]) => start(args).result;

/** Copies a notebook of the corpus into the test's folder and gives its name. */
function copyOf(name: string): string {
  copyFileSync(join(NOTEBOOKS, `${name}.ipynb`), join(folder, `${name}.ipynb`));
  return `${name}.ipynb`;
}

describe('colora', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await colora('--help');
    expect(code).toBe(0);
    for (const command of ['run', 'reproduce', 'kernel', 'bench']) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).toContain('Exit codes: 0 done,');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect(await colora('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([['run'], ['reproduce'], ['bench']])('helps with %s', async (command) => {
    const { code, stdout } = await colora(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^colora ${command} `));
  });

  it.each([
    [
      ['nope'],
      `colora: command must be one of run, reproduce, kernel, tasks, generate, pretrain, export-peft, bench, got 'nope' (see colora --help)`,
    ],
    [['run'], 'colora run: expected at least one notebook, got none (see colora run --help)'],
    [['run', '--nope', 'x.ipynb'], `colora run: option must be one of --parameter,`],
    [['run', 'x.ipynb', '--timeout', 'soon'], `--timeout must be a number of seconds above 0`],
    [['run', 'x.ipynb', '-p', 'rank'], `colora run: -p must be NAME=VALUE, got 'rank'`],
    [['run', 'a/x.ipynb', 'b/x.ipynb', '--out', 'o'], `notebooks must differ in name to be saved in o, got 'x.ipynb' twice`],
    [['run', 'x.ipynb', '--step', '--resume'], 'colora run: --step and --resume exclude each other, got both'],
    [['run', 'x.ipynb', 'y.ipynb', '--step'], 'colora run: --step takes one notebook, got 2'],
    [['reproduce', '--profile', 'huge'], `colora reproduce: --profile must be one of quick, full, got 'huge'`],
    [['reproduce', '--only', 'fig99'], `colora reproduce: --only must be one of coaltmin-recovery`],
    [['bench', 'nope'], `colora bench: name must be one of`],
  ])('%j is a wrong command line', async (args, message) => {
    const { code, stdout, stderr } = await colora(...args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('colora bench', () => {
  it('lists what can be measured', async () => {
    const { code, stdout } = await colora('bench');
    expect([code, stdout.split('\n')]).toEqual([0, expect.arrayContaining(['kernel'])]);
  });

  it('hands its arguments to the script and gives its exit code', async () => {
    const { code, stdout } = await colora('bench', 'kernel', '--help');
    expect(code).toBe(0);
    expect(stdout).not.toBe('');
  });
});

describe('colora run', () => {
  it('prints a line for every cell where there is no terminal', async () => {
    const { code, stdout, stderr } = await colora('run', copyOf('typed-parameters'), '-p', 'rank=4', '--out', 'out');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr.replace(/\d+\.\d s/g, 'T')).toBe(
      [
        'typed-parameters.ipynb [1/4] done in T: const rank = 8;',
        'typed-parameters.ipynb [2/4] done in T: // parameters of this run',
        'typed-parameters.ipynb [3/4] done in T: rank * 2',
        'typed-parameters.ipynb [4/4] done in T: `${profile} ${rates.length}`',
        `done typed-parameters.ipynb in T, saved as ${join('out', 'typed-parameters.ipynb')}`,
        '',
      ].join('\n'),
    );
  });

  it('prints events with --json', async () => {
    const { code, stdout, stderr } = await colora('run', copyOf('error-with-traceback'), '--json');
    expect([code, stderr]).toEqual([1, '']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['start', 'cell-start', 'cell-end', 'cell-start', 'cell-end', 'end']);
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      cause: 'cell 2 failed: TypeError: no such thing',
      saved: 'error-with-traceback.ipynb',
    });
  });

  it('shows the traceback of a failed cell', async () => {
    const { code, stderr } = await colora('run', copyOf('error-with-traceback'));
    expect(code).toBe(1);
    expect(stderr).toContain('failed error-with-traceback.ipynb after ');
    expect(stderr).toContain('TypeError: no such thing\n    at fails (cell 1:2:9)\n    at cell 2:2:6\n');
    expect(stderr).not.toContain('\x1b');
  });

  it('prints type errors with their place and runs nothing', async () => {
    const { code, stderr } = await colora('run', copyOf('type-error-before-run'));
    expect(code).toBe(1);
    expect(stderr).toContain(
      `type-error-before-run.ipynb cell 2, line 2, column 6: Property 'toUpperCase' does not exist on type 'number'. (TS2339)\n`,
    );
    expect(stderr).toContain('type-error-before-run.ipynb has 2 type errors, so no cell was run\n');
  });

  it.each([
    ['infinite-loop-with-limit', ['--timeout', '1'], 3],
    ['infinite-loop-with-limit', ['--total-timeout', '2'], 3],
    ['kernel-killed', [], 4],
    ['no-such-notebook', [], 1],
  ])('%s %j exits with %i', async (name, args, expected) => {
    const file = existsSync(join(NOTEBOOKS, `${name}.ipynb`)) ? copyOf(name) : `${name}.ipynb`;
    const { code, stderr } = await colora('run', file, ...args);
    expect(code).toBe(expected);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('interrupts at Ctrl-C and saves', async () => {
    const { child, result } = start(['run', copyOf('infinite-loop-with-limit')]);
    child.stderr!.on('data', (text: string) => text.includes('[1/3] done') && child.kill('SIGINT'));
    const { code, stderr } = await result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/failed infinite-loop-with-limit\.ipynb after .*: cell 2 was interrupted\n/);
    expect(readFileSync(join(folder, 'infinite-loop-with-limit.ipynb'), 'utf8')).toContain('Cell 2 was interrupted.');
  });

  it('stops at the first notebook that fails', async () => {
    const { code, stderr } = await colora('run', copyOf('error-with-traceback'), copyOf('unicode'));
    expect(code).toBe(1);
    expect(stderr).not.toContain('unicode.ipynb');
  });

  it('steps with commands from a pipe', async () => {
    const { result } = start(['run', '--step', copyOf('input')], 'run\nAda\nquit\n');
    const { code, stdout } = await result;
    expect(code).toBe(0);
    expect(stdout).toContain('> run\nname? Ada\nhello Ada\n\n--- end of the notebook ---\n> quit\nsaved input.ipynb\n');
  });
});

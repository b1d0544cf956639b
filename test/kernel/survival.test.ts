import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { delay, testKernel } from './harness.ts';

const kernel = await testKernel({}, { NODE_OPTIONS: '--max-old-space-size=64' });

const DEATHS: Record<string, { code: string; error: RegExp }> = {
  'process.exit()': {
    code: "console.log('last words'); process.exit(3)",
    error: /^ProcessExit: The cell called process\.exit\(3\)\. Variables are lost/,
  },
  'process.exit() in a timer': {
    code: 'setTimeout(() => process.exit(0), 5); await new Promise(() => {})',
    error: /^ProcessExit: The cell called process\.exit\(0\)/,
  },
  'out of memory': {
    code: 'const hoard: number[][] = []; for (;;) hoard.push(new Array(1e5).fill(1.5))',
    error: /^OutOfMemory: .*--max-old-space-size/,
  },
  'killed by the system': { code: "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", error: /^EvaluatorKilled/ },
  'a crash': { code: 'process.abort()', error: /^EvaluatorCrashed: The evaluator crashed \(SIGABRT\)/ },
};

describe('survival', () => {
  for (const [name, { code, error }] of Object.entries(DEATHS)) {
    it(`${name}: the cell gets an error that names the cause, and a fresh evaluator takes over`, async () => {
      await kernel.run('const before: number = 1');
      const died = await kernel.run(code);
      expect(died.error).toMatch(error);
      if (code.includes('last words')) expect(died.stdout).toBe('last words\n');
      expect((await kernel.run('2 + 2')).result).toBe('4');
      expect((await kernel.run('before')).error).toMatch(/TS2304/);
      expect(kernel.client.dead).toBeUndefined();
    });
  }

  it('an evaluator that dies between cells is replaced too', async () => {
    await kernel.run('setTimeout(() => process.exit(1), 20)');
    await delay(300);
    expect((await kernel.run('1')).result).toBe('1');
  });

  it('errors in callbacks are reported and end nothing', async () => {
    const ran = await kernel.run(
      'let alive = 1; setTimeout(() => { throw new Error("in a timer") }, 1); Promise.reject(new Error("unhandled")); await new Promise((r) => setTimeout(r, 30))',
    );
    expect(ran.status).toBe('ok');
    expect(ran.stderr).toMatch(/Error.*: in a timer/);
    expect(ran.stderr).toMatch(/Error.*: unhandled/);
    expect((await kernel.run('alive')).result).toBe('1');
  });

  it('a compiler that is killed is replaced, and the cell says so', async () => {
    await kernel.run('const beforeLoss = 1');
    const pids = execFileSync('pgrep', ['-P', String(kernel.client.pid), '-f', 'snapshot-blob|compiler.cjs'])
      .toString()
      .split('\n');
    process.kill(Number(pids[0]), 'SIGKILL');
    await delay(100);
    for (let tries = 0; tries < 3; tries++) {
      const ran = await kernel.run('1 + 1');
      if (ran.status === 'ok') break;
      expect(ran.error).toMatch(/^CompilerLost: The compiler ended \(SIGKILL\); variables are lost/);
    }
    expect((await kernel.run('2 + 2')).result).toBe('4');
    expect((await kernel.run('beforeLoss')).error).toMatch(/TS2304/);
  });

  it('a compilation that takes too long is interrupted at once', async () => {
    const digits = '"0"|"1"|"2"|"3"|"4"|"5"|"6"|"7"|"8"|"9"';
    const huge = `type D = ${digits}; type N = \`\${D}\${D}\${D}\${D}\`; type M = { [K in N]: \`\${K}-\${D}\` }; const m: M[N] = "x"`;
    const running = kernel.run(huge);
    await delay(50);
    const start = Date.now();
    await kernel.client.interrupt();
    const ended = await running;
    if (ended.error?.startsWith('TypeScriptError')) return; // the compiler was faster
    expect(ended.error).toBe('Interrupted: The cell was interrupted before it ran.');
    expect(Date.now() - start).toBeLessThan(2000);
  });

  it('an evaluator left busy ends when its kernel is killed', async () => {
    const doomed = await testKernel();
    const pid = Number((await doomed.run('process.pid')).result);
    doomed.run('while (true) {}').catch(() => undefined);
    await delay(100);
    await doomed.client.kill();
    for (let tries = 0; tries < 100 && exists(pid); tries++) await delay(20);
    expect(exists(pid)).toBe(false);
  });
});

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

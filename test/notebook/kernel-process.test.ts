import { describe, expect, it } from 'vitest';
import { KernelProcess } from '../../src/notebook/kernel-process.ts';
import { type Kernelspec, ownKernelspec } from '../../src/notebook/kernelspecs.ts';

const scripted = (script: string, more: Partial<Kernelspec> = {}): Kernelspec => ({
  ...ownKernelspec(),
  argv: [process.execPath, '-e', script, '--', '{connection_file}', '{resource_dir}/x'],
  resourceDirectory: '/resources',
  ...more,
});

describe('KernelProcess', () => {
  it('fills in the placeholders and the environment', async () => {
    process.env.KERNEL_TEST = 'outer';
    const script = `console.log(process.argv.slice(-2).join(' '), process.env.A, process.env.B, process.env.JPY_PARENT_PID)`;
    const kernel = await KernelProcess.start(scripted(script, { env: { A: '${KERNEL_TEST}/a' } }), '/connection.json', { env: { B: 'b' } });
    delete process.env.KERNEL_TEST;
    expect(await kernel.exited).toEqual({
      exitCode: 0,
      signal: null,
      lastWords: `/connection.json /resources/x outer/a b ${process.pid}\n`,
    });
  });

  it('keeps the end of what was written', async () => {
    const kernel = await KernelProcess.start(scripted(`process.stderr.write('x'.repeat(20_000) + 'end')`), '', {});
    const { lastWords } = await kernel.exited;
    expect(lastWords.length).toBeLessThan(10_000);
    expect(lastWords.endsWith('xend')).toBe(true);
  });

  it('ends what the kernel has started, too', async () => {
    const kernel = await KernelProcess.start(
      scripted(
        `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(child.pid); process.exit(1)`,
      ),
      '',
      {},
    );
    const child = Number((await kernel.exited).lastWords);
    expect(child).toBeGreaterThan(0);
    await expect.poll(() => isRunning(child), { timeout: 10_000 }).toBe(false);
  });

  it('waits for the end for so long', async () => {
    const kernel = await KernelProcess.start(
      scripted(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`),
      '',
      {},
    );
    expect(await kernel.endsWithin(0.05)).toBe(false);
    kernel.kill('SIGKILL');
    expect(await kernel.endsWithin(20)).toBe(true);
    expect(kernel.exit?.signal).toBe('SIGKILL');
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

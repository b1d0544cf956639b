import { describe, expect, it } from 'vitest';
import { delay, testKernel } from './harness.ts';

const kernel = await testKernel();
await kernel.run('let kept = 41');

const ENDLESS: Record<string, string> = {
  'a busy loop': 'while (true) {}',
  'a wait for something that never comes': 'await new Promise(() => {})',
  'a busy loop after an await': 'await 1; while (true) {}',
  'a busy loop in a timer': 'setTimeout(() => { for (;;) {} }, 5); await new Promise(() => {})',
  'a busy loop in a microtask': 'queueMicrotask(() => { for (;;) {} }); await new Promise(() => {})',
  'a busy loop in the tick queue': 'process.nextTick(() => { for (;;) {} }); await new Promise(() => {})',
  'an endless chain of promises': 'const again = async (): Promise<void> => { await 0; return again() }; await again()',
  'a loop that catches everything': 'for (;;) { try { JSON.parse("[1]") } catch {} }',
  'a loop in a callback of native code': 'for (;;) [3, 1, 2].sort(() => { for (;;) {} })',
  'a loop that prints': 'for (;;) console.log("flood")',
  'input that nobody gives': 'await input("? ")',
};

describe('interrupt', () => {
  for (const how of ['by message', 'by SIGINT']) {
    for (const [name, code] of Object.entries(ENDLESS)) {
      it(`${name}, ${how}: ends, keeps variables, and the event loop goes on`, async () => {
        const running = kernel.run(code, { onInput: () => new Promise(() => undefined) });
        await delay(150);
        if (how === 'by message') await kernel.client.interrupt();
        else process.kill(kernel.client.pid, 'SIGINT');
        const ended = await running;
        expect(ended.error).toBe('Interrupted: The cell was interrupted; variables are kept.');
        const after = await kernel.run(
          'await new Promise((r) => setTimeout(r, 2)); await new Promise((r) => setImmediate(r)); await import("node:fs"); kept + 1',
        );
        expect(after.error).toBeUndefined();
        expect(after.result).toBe('42');
      });
    }
  }

  it('what an interrupted cell still does in the background is silent', async () => {
    const running = kernel.run('let turns = 0; for (;;) { await new Promise((r) => setTimeout(r, 1)); turns++; console.log("tick") }');
    await delay(100);
    await kernel.client.interrupt();
    await running;
    const next = await kernel.run(
      'await new Promise((r) => setTimeout(r, 100)); const first = turns; await new Promise((r) => setTimeout(r, 50)); [first === turns]',
    );
    expect(next.stdout).toBe('');
    expect(next.result).toBe('[ true ]'); // it ended when it wanted to print
  });

  it('cells that wait behind an interrupted one are not run', async () => {
    const first = kernel.run('while (true) {}');
    const second = kernel.run('let never = 1');
    await delay(100);
    await kernel.client.interrupt();
    expect((await first).status).toBe('error');
    expect((await second).status).toBe('aborted');
  });

  it('an interrupt with nothing to interrupt changes nothing', async () => {
    await kernel.client.interrupt();
    await kernel.client.interrupt();
    expect((await kernel.run('kept')).result).toBe('41');
  });
});

import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/kernel/wire.ts';
import { delay, testKernel, types } from './harness.ts';

const kernel = await testKernel();

describe('output', () => {
  it('20,000 lines arrive, in order, and idle comes last', async () => {
    const ran = await kernel.run('for (let i = 0; i < 20_000; i++) console.log("line", i)');
    expect(ran.stdout).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(''));
    expect(types(ran).at(-1)).toBe('idle');
  });

  it('a busy cell shows what it prints while it is busy', async () => {
    const seen: number[] = [];
    const start = Date.now();
    await kernel.run('console.log("early"); const until = Date.now() + 600; while (Date.now() < until) {}', {
      onMessage: ({ header }) => header.msg_type === 'stream' && seen.push(Date.now() - start),
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeLessThan(Date.now() - start - 300);
  });

  it('results and errors come before idle, every time', async () => {
    for (let i = 0; i < 30; i++) {
      const ran = await kernel.run(i % 2 ? `${i}` : `throw new Error("${i}")`);
      expect(types(ran)).toEqual(['busy', 'execute_input', i % 2 ? 'execute_result' : 'error', 'idle']);
    }
  });

  it('asynchronous work prints to the cell that started it, however late', async () => {
    const late: Message[] = [];
    await kernel.run('setTimeout(() => console.log("late"), 120)', { onMessage: (message) => late.push(message) });
    const other = await kernel.run('await new Promise((r) => setTimeout(r, 200)); console.log("mine")');
    expect(other.stdout).toBe('mine\n');
    expect(late.filter(({ header }) => header.msg_type === 'stream').map(({ content }) => content.text)).toEqual(['late\n']);
  });

  it('what native code and child processes write arrives', async () => {
    const ran = await kernel.run(
      'import { spawnSync } from "node:child_process"; spawnSync(process.execPath, ["-e", "console.log(1 + 1)"], { stdio: "inherit" }); await new Promise((r) => setTimeout(r, 50))',
    );
    expect(ran.stdout).toBe('2\n');
  });

  it('display, its handle, media, clear, and tslab', async () => {
    const ran = await kernel.run('const handle = await display({ a: 1 }); await handle.update([2]); display.html("<b>x</b>"); clear(true)');
    const shown = ran.messages.filter(({ header }) => /display|clear/.test(header.msg_type));
    expect(shown.map(({ header }) => header.msg_type)).toEqual(['display_data', 'update_display_data', 'display_data', 'clear_output']);
    expect(shown[0].content.transient.display_id).toBe(shown[1].content.transient.display_id);
    expect(shown[2].content.data).toEqual({ 'text/html': '<b>x</b>' });
    expect(shown[3].content.wait).toBe(true);
  });

  it('an object decides how it looks by Symbol.for("Jupyter.display")', async () => {
    const ran = await kernel.run(
      '({ [Symbol.for("Jupyter.display")]: async () => ({ "text/plain": "mine", "text/html": "<i>mine</i>" }) })',
    );
    const { data } = ran.messages.find(({ header }) => header.msg_type === 'execute_result')!.content;
    expect(data).toEqual({ 'text/plain': 'mine', 'text/html': '<i>mine</i>' });
  });

  it('progress is one display, updated in place', async () => {
    const ran = await kernel.run(
      'const bar = progress(3, "steps"); for (let i = 1; i <= 3; i++) { bar.update(i); await new Promise((r) => setTimeout(r, 120)) } bar.finish()',
    );
    const shown = ran.messages.filter(({ header }) => /display_data/.test(header.msg_type));
    expect(shown[0].header.msg_type).toBe('display_data');
    expect(shown.length).toBeGreaterThan(1);
    expect(new Set(shown.map(({ content }) => content.transient.display_id)).size).toBe(1);
    expect(shown.slice(1).every(({ header }) => header.msg_type === 'update_display_data')).toBe(true);
    expect(shown.at(-1)!.content.data['text/plain']).toMatch(/steps/);
  });

  it('kernel requests are answered while a cell is busy', async () => {
    const busy = kernel.run('const stop = Date.now() + 1500; while (Date.now() < stop) {}');
    await delay(100);
    let answered = 0;
    const done = busy.then(() => expect(answered).toBe(4));
    await kernel.client.heartbeat();
    answered++;
    expect((await kernel.client.complete('conso', 5)).matches).toContain('console');
    answered++;
    expect((await kernel.client.inspect('console', 3)).found).toBe(true);
    answered++;
    expect((await kernel.client.request('control', 'kernel_info_request', {})).implementation).toBe('colora');
    answered++;
    await done;
  });
});

describe('packages of the workbench', () => {
  it('tensors, matrices and data frames have a form of their own; tslab’s display API is ours', async () => {
    const { runCell } = await import('./harness.ts');
    const { ownKernelspec, startKernel } = await import('../../src/notebook/index.ts');
    const client = await startKernel(ownKernelspec(), { cwd: new URL('../..', import.meta.url).pathname });
    try {
      const matrix = await runCell(client, 'import * as math from "mathjs"; math.matrix([[1, 2], [3, 4]])');
      const bundle = (ran: typeof matrix) => ran.messages.find(({ header }) => header.msg_type === 'execute_result')?.content.data;
      expect(bundle(matrix)).toEqual({
        'text/plain': '[[1, 2], [3, 4]]',
        'text/html': '<table><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>',
      });
      const tensor = await runCell(client, 'import * as tf from "@tensorflow/tfjs"; tf.tensor2d([[1, 2]])');
      expect(tensor.error).toBeUndefined();
      expect(tensor.result).toMatch(/dtype: float32[\s\S]*shape: \[1,2\][\s\S]*\[\[1, 2\],\]/);
      const frame = await runCell(client, 'import { DataFrame } from "danfojs-node"; new DataFrame({ name: ["<a>"], value: [1] })');
      expect(frame.error).toBeUndefined();
      expect(bundle(frame)['text/html']).toBe(
        '<table><thead><tr><th></th><th>name</th><th>value</th></tr></thead><tbody><tr><th>0</th><td>&lt;a&gt;</td><td>1</td></tr></tbody></table>',
      );
      const tslab = await runCell(
        client,
        'import { display, newDisplay } from "tslab"; const one = newDisplay(); one.text("first"); one.text("second"); display.png(new Uint8Array([1, 2, 3]))',
      );
      const shown = tslab.messages.filter(({ header }) => /display_data/.test(header.msg_type));
      expect(shown.map(({ header }) => header.msg_type)).toEqual(['display_data', 'update_display_data', 'display_data']);
      expect(shown[2].content.data).toEqual({ 'image/png': 'AQID' });
    } finally {
      await client.shutdown();
    }
  }, 60_000);
});

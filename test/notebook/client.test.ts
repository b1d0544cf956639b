import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/kernel/wire.ts';
import { writeConnectionFile } from '../../src/notebook/connection.ts';
import { DeadKernelError, type KernelClient, type Kernelspec, ownKernelspec, startKernel } from '../../src/notebook/index.ts';

/** Runs code and gives the reply with all messages, as `type` or `type:detail`. */
async function execute(kernel: KernelClient, code: string, options: Parameters<KernelClient['execute']>[1] = {}) {
  const messages: Message[] = [];
  const reply = await kernel.execute(code, { ...options, onMessage: (message) => messages.push(message) });
  return { reply: reply.content, messages, types: messages.map(({ header }) => header.msg_type) };
}

const textOf = (messages: Message[]) =>
  messages
    .filter(({ header }) => header.msg_type === 'stream')
    .map(({ content }) => content.text)
    .join('');

/** Fails when what must come does not come. */
const within = <T>(promise: Promise<T>, seconds: number): Promise<T> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`not within ${seconds} s`)), seconds * 1000).unref()),
  ]);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a kernel client', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await startKernel(ownKernelspec());
  });
  afterAll(() => kernel.shutdown());

  it('knows the kernel it talks to', () => {
    expect(kernel.info).toMatchObject({ status: 'ok', implementation: 'colora', language_info: { name: 'typescript' } });
  });

  it('settles after the reply and idle, all output being there', async () => {
    const { reply, messages, types } = await execute(kernel, `for (let line = 0; line < 500; line++) console.log(line);\n'value'`);
    expect(reply).toMatchObject({ status: 'ok', execution_count: expect.any(Number) });
    expect([types[0], types[1], types.at(-1)]).toEqual(['status', 'execute_input', 'status']);
    expect(messages.at(-1)?.content).toEqual({ execution_state: 'idle' });
    expect(textOf(messages).split('\n')).toHaveLength(501);
    expect(types).toContain('execute_result');
  });

  it('gives each execution its own messages when several are under way', async () => {
    const runs = await Promise.all(['a', 'b', 'c'].map((name) => execute(kernel, `console.log('${name}')`)));
    expect(runs.map(({ messages }) => textOf(messages))).toEqual(['a\n', 'b\n', 'c\n']);
  });

  it('hands on what code prints after it has ended', async () => {
    let late: (text: string) => void = () => {};
    const printed = new Promise<string>((resolve) => {
      late = resolve;
    });
    await kernel.execute(`setTimeout(() => console.log('late'), 50);`, {
      onMessage: ({ header, content }) => header.msg_type === 'stream' && late(content.text),
    });
    expect(await within(printed, 10)).toBe('late\n');
  });

  it('answers what a cell asks, and tells the kernel when nobody can', async () => {
    const code = `console.log(await input('how many? '))`;
    const asked: unknown[] = [];
    const { messages } = await execute(kernel, code, {
      onInput: async (prompt, password) => {
        asked.push([prompt, password]);
        return '12';
      },
    });
    expect(asked).toEqual([['how many? ', false]]);
    expect(textOf(messages)).toBe('12\n');
    expect((await execute(kernel, code)).reply.status).toBe('error');
  });

  it('fails the execution when the answer cannot be given', async () => {
    const asking = execute(kernel, `await input('? ')`, {
      onInput: () => Promise.reject(new Error('input has ended')),
    });
    await expect(asking).rejects.toThrow('input has ended');
    await kernel.interrupt();
    // A request that arrives while the interrupted cell still ends is queued behind it, and aborted with it.
    let status = 'aborted';
    for (let attempt = 0; attempt < 5 && status === 'aborted'; attempt++) status = (await within(execute(kernel, '1'), 10)).reply.status;
    expect(status).toBe('ok');
  });

  it('interrupts, and answers other requests meanwhile', async () => {
    const looping = execute(kernel, 'while (true) {}');
    await within(kernel.heartbeat(), 10);
    expect(await kernel.request('control', 'kernel_info_request', {}, { timeoutSeconds: 10 })).toMatchObject({ implementation: 'colora' });
    await kernel.interrupt();
    expect((await within(looping, 10)).reply).toMatchObject({ status: 'error', ename: 'Interrupted' });
  });

  it('completes, inspects, judges and remembers code', async () => {
    await kernel.execute('const someNumber = 41;');
    expect((await kernel.complete('someNum', 7)).matches).toContain('someNumber');
    expect((await kernel.inspect('someNumber', 4)).data['text/plain']).toContain('41');
    expect(await kernel.isComplete('function f() {')).toMatchObject({ status: 'incomplete' });
    const { history } = await kernel.history({ hist_access_type: 'tail', n: 1 });
    expect(history.at(-1).at(-1)).toBe('const someNumber = 41;');
  });

  it('says when no answer came in time', async () => {
    const looping = execute(kernel, 'while (true) {}');
    const waiting = kernel.request('shell', 'no_such_request', {}, { timeoutSeconds: 0.3 });
    await expect(waiting).rejects.toThrow(`no_such_request: kernel 'colora' must answer within 0.3 s, got nothing`);
    await kernel.interrupt();
    await looping;
  });
});

describe('the end of a kernel', () => {
  it('comes with shutdown, and leaves neither process nor file', async () => {
    const kernel = await startKernel(ownKernelspec());
    const { messages } = await execute(kernel, 'console.log(process.pid)');
    const evaluator = Number(textOf(messages));
    expect([isAlive(kernel.pid), isAlive(evaluator)]).toEqual([true, true]);
    await kernel.shutdown();
    await kernel.shutdown();
    expect(isAlive(kernel.pid)).toBe(false);
    await expect.poll(() => isAlive(evaluator), { timeout: 10_000 }).toBe(false);
    await expect(kernel.execute('1')).rejects.toThrow(DeadKernelError);
  });

  it('is told to everyone who waits, with the last messages', async () => {
    const kernel = await startKernel(ownKernelspec());
    const texts: string[] = [];
    const code = `console.log('last');
      await new Promise((resolve) => setTimeout(resolve, 300)); // so that the server has passed it on
      process.kill(process.ppid, 'SIGKILL');
      await new Promise(() => {});`;
    const dying = kernel.execute(code, {
      onMessage: ({ header, content }) => header.msg_type === 'stream' && texts.push(content.text),
    });
    const alsoWaiting = kernel.execute('1');
    await expect(dying).rejects.toMatchObject({ exit: { signal: 'SIGKILL', exitCode: null } });
    await expect(alsoWaiting).rejects.toThrow(DeadKernelError);
    expect(kernel.dead).toBeInstanceOf(DeadKernelError);
    expect(texts).toEqual(['last\n']);
    await kernel.shutdown();
  });
});

describe('startKernel', () => {
  const scripted = (script: string): Kernelspec => ({ ...ownKernelspec(), name: 'scripted', argv: [process.execPath, '-e', script] });

  it('tells how a kernel died that never came up', async () => {
    const starting = startKernel(scripted(`console.error('no such module'); process.exit(7)`));
    await expect(starting).rejects.toThrow(DeadKernelError);
    await expect(starting).rejects.toThrow(
      `kernel 'scripted' died: its process ended with exit code 7; the last line it wrote was: no such module`,
    );
  });

  it('recognises a lack of memory', async () => {
    const starting = startKernel(
      scripted(`console.error('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'); process.abort()`),
    );
    await expect(starting).rejects.toThrow(`kernel 'scripted' died: it ran out of memory (its process was ended by SIGABRT)`);
  });

  it('gives up on a kernel that stays silent, and ends it', async () => {
    const starting = startKernel(scripted(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`), { startupSeconds: 0.5 });
    await expect(starting).rejects.toThrow(`kernel 'scripted' must answer within 0.5 s, got nothing`);
  });

  it('gives up when it is told to', async () => {
    const giveUp = new AbortController();
    const starting = startKernel(scripted('setInterval(() => {}, 1000)'), { signal: giveUp.signal });
    giveUp.abort();
    await expect(starting).rejects.toThrow(DeadKernelError);
  });

  it('says so when there is no such command', async () => {
    const spec = { ...ownKernelspec(), name: 'missing', argv: ['/no/such/command'] };
    await expect(startKernel(spec)).rejects.toThrow(`startKernel: command '/no/such/command' of kernel 'missing' must be runnable`);
  });
});

describe('writeConnectionFile', () => {
  it('names five ports in a file that only this user can read', async () => {
    const file = await writeConnectionFile('k');
    const { shell_port, control_port, iopub_port, stdin_port, hb_port, key } = file.info;
    expect(new Set([shell_port, control_port, iopub_port, stdin_port, hb_port]).size).toBe(5);
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    file.remove();
    expect(() => statSync(file.path)).toThrow('ENOENT');
  });
});

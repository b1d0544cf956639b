import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownKernelspec, startKernel } from '../../src/notebook/index.ts';
import { runCell, testKernel } from './harness.ts';

const kernel = await testKernel();
const { client } = kernel;

/** Fails when the cell behind it has had time to arrive. */
const FAILS_LATER = 'await new Promise((r) => setTimeout(r, 200)); throw new Error("x")';

describe('protocol', () => {
  it('kernel_info names protocol 5.5 and TypeScript', () => {
    expect(client.info).toMatchObject({
      protocol_version: '5.5',
      implementation: 'colora',
      language_info: { name: 'typescript', file_extension: '.ts' },
    });
  });

  it('execution counts, silent, store_history and user_expressions', async () => {
    const first = await kernel.run('1');
    const silent = await kernel.run('2', { silent: true });
    const unstored = await kernel.run('3', { storeHistory: false });
    const next = await kernel.run('const q = 4', { userExpressions: { twice: 'q * 2', wrong: 'nowhere' } });
    expect(next.reply.execution_count).toBe(first.reply.execution_count + 1);
    expect(silent.result).toBeUndefined();
    expect(unstored.result).toBe('3');
    expect(next.reply.user_expressions.twice).toEqual({ status: 'ok', data: { 'text/plain': '8' }, metadata: {} });
    expect(next.reply.user_expressions.wrong).toMatchObject({ status: 'error', ename: 'TypeScriptError' });
  });

  it('a failed cell aborts those behind it, unless told otherwise', async () => {
    const abort = await Promise.all([kernel.run(FAILS_LATER), kernel.run('1')]);
    expect(abort.map(({ status }) => status)).toEqual(['error', 'aborted']);
    const go = await Promise.all([kernel.run(FAILS_LATER, { stopOnError: false }), kernel.run('1')]);
    expect(go.map(({ status }) => status)).toEqual(['error', 'ok']);
  });

  it('input asks the front end, or says that it cannot be asked', async () => {
    const asked: unknown[] = [];
    const ran = await kernel.run('[await input("name? "), await input("word? ", { password: true })]', {
      onInput: async (prompt, password) => {
        asked.push([prompt, password]);
        return `answer ${asked.length}`;
      },
    });
    expect(asked).toEqual([
      ['name? ', false],
      ['word? ', true],
    ]);
    expect(ran.result).toBe("[ 'answer 1', 'answer 2' ]");
    expect((await kernel.run('await input("name? ")')).error).toMatch(/front end must allow standard input/);
  });

  it('several questions at once are asked one after another', async () => {
    const ran = await kernel.run('await Promise.all([input("a"), input("b")])', { onInput: async (prompt) => prompt.toUpperCase() });
    expect(ran.result).toBe("[ 'A', 'B' ]");
  });

  it('completion counts in code points and knows the types of earlier cells', async () => {
    await kernel.run('const somewhere = { alpha: 1, beta: [1] }');
    expect(await client.complete('somewhere.al', 12)).toMatchObject({ matches: ['alpha'], cursor_start: 10, cursor_end: 12 });
    expect(await client.complete('"😀😀"; somewhe', 13)).toMatchObject({ matches: ['somewhere'], cursor_start: 6, cursor_end: 13 });
    expect((await client.complete('somewhere.beta.', 15)).matches).toContain('map');
    expect((await client.complete('const local = { inner: 1 }; local.', 34)).matches).toEqual(['inner']);
    expect((await client.complete('import { readFileSy } from "node:fs"', 18)).matches).toContain('readFileSync');
  });

  it('inspection gives signature and documentation', async () => {
    await kernel.run('/** Doubles a number. */\nfunction double(x: number): number { return 2 * x }');
    const found = await client.inspect('double(3)', 6);
    expect(found.data['text/plain']).toBe('let double: (x: number) => number\n\nDoubles a number.');
    expect(await client.inspect('   ', 1)).toMatchObject({ status: 'ok', found: false });
  });

  it('completeness', async () => {
    const cases: Record<string, string> = {
      '1 + 1': 'complete',
      'for (const i of [1]) {': 'incomplete',
      '1 +': 'incomplete',
      '`text': 'incomplete',
      '/* note': 'incomplete',
      'foo(': 'incomplete',
      'let = ;;(': 'invalid',
      '': 'complete',
    };
    for (const [code, status] of Object.entries(cases)) expect((await client.isComplete(code)).status, code).toBe(status);
    expect((await client.isComplete('if (a) {\n  for (;;) {')).indent).toBe('    ');
  });

  it('history: tail, range, search, and across sessions on disk', async () => {
    await kernel.run('const marker = "needle 1"');
    await kernel.run('marker.length');
    const tail = await client.history({ hist_access_type: 'tail', n: 1, output: true });
    expect(tail.history[0][2]).toEqual(['marker.length', '8']);
    const [session, line] = tail.history[0];
    expect((await client.history({ hist_access_type: 'range', session: 0, start: line - 1, stop: line })).history).toEqual([
      [session, line - 1, 'const marker = "needle 1"'],
    ]);
    expect((await client.history({ hist_access_type: 'search', pattern: '*needle ?"*' })).history.map((row: unknown[]) => row[2])).toEqual([
      'const marker = "needle 1"',
    ]);
    const later = await startKernel(ownKernelspec(), { cwd: kernel.folder, env: { JUPYTER_DATA_DIR: join(kernel.folder, 'data') } });
    await runCell(later, '"second session"');
    const found = await later.history({ hist_access_type: 'search', pattern: '*needle*', unique: true, n: 5 });
    expect(found.history[0].slice(0, 2)).toEqual([session, line - 1]);
    expect((await later.history({ hist_access_type: 'tail', n: 1 })).history[0]).toEqual([session + 1, 1, '"second session"']);
    await later.shutdown();
  });

  it('comms from both sides', async () => {
    const ran = await kernel.run(
      'const heard: unknown[] = []; comms.register("mine", (comm, data) => { heard.push(data); comm.onMessage = (m) => { heard.push(m); comm.send({ echo: m }) } }); const own = comms.open("theirs", { hello: 1 }); own.send({ x: 2 })',
    );
    expect(
      ran.messages.flatMap(({ header, content }) => (header.msg_type.startsWith('comm') ? [[header.msg_type, content.data]] : [])),
    ).toEqual([
      ['comm_open', { hello: 1 }],
      ['comm_msg', { x: 2 }],
    ]);
    const info = await client.request('shell', 'comm_info_request', { target_name: 'theirs' });
    expect(Object.values(info.comms)).toEqual([{ target_name: 'theirs' }]);
  });

  it('check_request reports the type errors of many cells and leaves no trace', async () => {
    const reply = await client.request('shell', 'check_request', {
      cells: ['const fresh = 1', 'fresh.foo', 'const other: string = fresh'],
    });
    expect(reply.diagnostics).toMatchObject([
      { cell: 1, line: 1, column: 7, code: 2339 },
      { cell: 2, line: 1, column: 7, code: 2322 },
    ]);
    expect((await kernel.run('fresh')).error).toMatch(/TS2304/);
  });

  it('malformed requests get an error reply', async () => {
    const reply = await client.request('shell', 'execute_request', { code: 5 });
    expect(reply).toMatchObject({ status: 'error', evalue: 'execute_request: content.code must be a string, got number' });
  });
});

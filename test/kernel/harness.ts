import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Message } from '../../src/kernel/wire.ts';
import { type ExecuteOptions, type KernelClient, ownKernelspec, startKernel } from '../../src/notebook/index.ts';

/** What one cell did, as a front end sees it. */
export interface Ran {
  status: string;
  reply: Message['content'];
  messages: Message[];
  /** text/plain of the result. */
  result: string | undefined;
  stdout: string;
  stderr: string;
  /** `ename: evalue` of the error. */
  error: string | undefined;
  traceback: string;
}

export interface TestKernel {
  client: KernelClient;
  folder: string;
  run(code: string, options?: ExecuteOptions): Promise<Ran>;
}

/** A kernel in a folder of its own with the given files, ended with the test file. */
export async function testKernel(files: Record<string, string> = {}, env: Record<string, string> = {}): Promise<TestKernel> {
  const folder = mkdtempSync(join(tmpdir(), 'colora-kernel-'));
  writeFiles(folder, files);
  const client = await startKernel(ownKernelspec(), { cwd: folder, env: { JUPYTER_DATA_DIR: join(folder, 'data'), ...env } });
  afterAll(async () => {
    await client.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });
  return { client, folder, run: (code, options) => runCell(client, code, options) };
}

export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

export async function runCell(client: KernelClient, code: string, options: ExecuteOptions = {}): Promise<Ran> {
  const messages: Message[] = [];
  const reply = await client.execute(code, {
    ...options,
    onMessage: (message) => {
      messages.push(message);
      options.onMessage?.(message);
    },
  });
  const of = (type: string): Message['content'][] =>
    messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const text = (name: string): string =>
    of('stream')
      .flatMap((content) => (content.name === name ? [content.text] : []))
      .join('');
  const error = of('error')[0];
  return {
    status: reply.content.status,
    reply: reply.content,
    messages,
    result: of('execute_result')[0]?.data['text/plain'],
    stdout: text('stdout'),
    stderr: text('stderr'),
    error: error && `${error.ename}: ${error.evalue}`,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
    traceback: (error?.traceback ?? []).join('\n').replace(/\u001b\[\d+m/g, ''),
  };
}

/** The types of the messages a cell caused, in order. */
export function types(ran: Ran): string[] {
  return ran.messages.map(({ header, content }) => (header.msg_type === 'status' ? content.execution_state : header.msg_type));
}

export const delay = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

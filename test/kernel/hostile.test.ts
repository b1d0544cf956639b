import { describe, expect, it } from 'vitest';
import * as zmq from 'zeromq';
import { Random } from '../../src/core/index.ts';
import { endpoint, Wire } from '../../src/kernel/wire.ts';
import { testKernel } from './harness.ts';

const kernel = await testKernel();
const { connection } = kernel.client;
const TOTAL = 12_000;

describe('hostile traffic', () => {
  it(`${TOTAL} malformed messages are dropped and good requests go on being answered`, async () => {
    const random = new Random(7);
    const wire = new Wire(connection.key, connection.signature_scheme);
    const forger = new Wire('another key', connection.signature_scheme);
    const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random.integer(0, 256)));
    const good = () => wire.encode({ header: wire.header('kernel_info_request'), content: {} });
    const bad: (() => Buffer[])[] = [
      () => forger.encode({ header: forger.header('execute_request'), content: { code: 'process.exit(1)' } }),
      () => good().slice(0, 1 + random.integer(0, 5)),
      () => good().map((part) => (random.integer(0, 3) === 0 ? bytes(random.integer(0, 40)) : part)),
      () => [bytes(1 + random.integer(0, 200))],
      () => Array.from({ length: 1 + random.integer(0, 9) }, () => bytes(random.integer(0, 64))),
      () => wire.encode({ header: wire.header(`unknown_${random.integer(0, 100)}`), content: {} }),
      () => wire.encode({ header: { ...wire.header('x'), msg_type: 5 as unknown as string }, content: {} }),
      () => wire.encode({ header: wire.header('execute_request'), content: [] as object }),
      () => wire.encode({ header: wire.header('constructor'), content: {} }),
      () => wire.encode({ header: wire.header('complete_request'), content: { code: null, cursor_pos: 'x' } }),
      () => wire.encode({ header: wire.header('input_reply'), content: { value: {} } }),
      () => [Buffer.from('<IDS|MSG>')],
    ];
    const sockets = (['shell', 'control', 'stdin'] as const).map((channel) => {
      const socket = new zmq.Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
      socket.connect(endpoint(connection, channel));
      return socket;
    });
    for (let i = 0; i < TOTAL; i++) {
      await sockets[i % 3].send(bad[random.integer(0, bad.length)]());
      if (i % 3000 === 0)
        expect((await kernel.client.request('control', 'kernel_info_request', {}, { timeoutSeconds: 10 })).status).toBe('ok');
    }
    // One frame far larger than any message a front end sends.
    await sockets[0].send([Buffer.from('<IDS|MSG>'), Buffer.alloc(300 * 1024 * 1024)]);
    expect((await kernel.run('6 * 7')).result).toBe('42');
    for (const socket of sockets) socket.close();
  }, 60_000);

  it('the heartbeat answers whatever it is sent', async () => {
    const socket = new zmq.Request();
    socket.connect(endpoint(connection, 'hb'));
    await socket.send(Buffer.alloc(1000, 1));
    expect((await socket.receive())[0]).toHaveLength(1000);
    socket.close();
  });
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionInfo } from '../kernel/index.ts';

/** A connection written to a file that only this user can read. */
export interface ConnectionFile {
  info: ConnectionInfo;
  path: string;
  /** Deletes the file and its folder. */
  remove(): void;
}

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * Chooses five free ports on 127.0.0.1 and a key, and writes the connection file. Source: jupyter-client documentation, "Connection
 * files".
 */
export async function writeConnectionFile(kernelName: string): Promise<ConnectionFile> {
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = await freePorts(5);
  const info: ConnectionInfo = {
    transport: 'tcp',
    ip: '127.0.0.1',
    shell_port,
    control_port,
    iopub_port,
    stdin_port,
    hb_port,
    key: randomUUID(),
    signature_scheme: 'hmac-sha256',
    kernel_name: kernelName,
  };
  const directory = mkdtempSync(join(tmpdir(), 'colora-kernel-'));
  folders.add(directory);
  const path = join(directory, 'connection.json');
  writeFileSync(path, JSON.stringify(info), { mode: 0o600, flag: 'wx' });
  const remove = () => {
    rmSync(directory, { recursive: true, force: true });
    folders.delete(directory);
  };
  return { info, path, remove };
}

/** Ports that nothing listens on; all are held open until the last is found, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

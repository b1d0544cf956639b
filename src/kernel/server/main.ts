import { existsSync, readFileSync } from 'node:fs';
import { UserError, userDataFolder } from '../../core/index.ts';
import type { ConnectionInfo } from '../wire.ts';
import { Channels } from './channels.ts';
import { CompilerProcess } from './compiler-process.ts';
import { EvaluatorProcess } from './evaluator-process.ts';
import { Executor } from './executor.ts';
import { History } from './history.ts';
import { Kernel } from './kernel.ts';

/** Where the built parts of the kernel lie. */
export interface KernelBuild {
  /** The workbench's own folder. */
  root: string;
  evaluator: string;
  compiler: string;
  /** Start-up snapshot of the compiler, used where it exists. */
  snapshot: string;
  versions: { kernel: string; typescript: string };
}

/** Starts a kernel on a connection file; it runs until it is shut down. */
export async function startKernel(connectionFile: string, build: KernelBuild): Promise<void> {
  const connection = readConnection(connectionFile);
  const log = (line: string): void => void process.stderr.write(`colora kernel: ${line}\n`);
  const environment = { ...process.env, COLORA_ROOT: build.root, COLORA_TYPESCRIPT: build.versions.typescript };

  const channels = new Channels(connection, log);
  const compiler = new CompilerProcess(
    { bundle: build.compiler, ...(existsSync(build.snapshot) ? { snapshot: build.snapshot } : {}) },
    environment,
    process.cwd(),
  );
  const history = new History(userDataFolder());
  const executor = new Executor(channels, compiler, history, (events) => new EvaluatorProcess(build.evaluator, environment, events));

  let ending = false;
  const shutDown = (): void => {
    if (ending) return;
    ending = true;
    executor.close();
    void channels.close().then(() => process.exit(0));
  };
  const kernel = new Kernel({ channels, compiler, executor, history, versions: build.versions, log, shutDown });
  process.on('SIGINT', () => executor.interrupt());
  process.on('SIGTERM', shutDown);
  watchParent(shutDown);
  await channels.open(connection, (channel, message) => kernel.handle(channel, message));
  channels.publish('status', {}, { execution_state: 'starting' });
}

const PORTS = ['shell_port', 'control_port', 'iopub_port', 'stdin_port', 'hb_port'] as const;

function readConnection(file: string): ConnectionInfo {
  const expected = `kernel start: ${file} must be a Jupyter connection file`;
  let connection: ConnectionInfo;
  try {
    connection = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new UserError(`${expected}, got ${(thrown as Error).message} (it is the front end that writes it)`);
  }
  const missing = ['ip', 'transport', 'key', 'signature_scheme', ...PORTS].filter((name) => !(name in (connection ?? {})));
  if (missing.length > 0) throw new UserError(`${expected}, got one without ${missing.join(', ')} (it is the front end that writes it)`);
  return connection;
}

/** A kernel must not outlive the server that started it. */
function watchParent(onGone: () => void): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!Number.isInteger(parent) || parent <= 1) return;
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      onGone();
    }
  }, 1000).unref();
}

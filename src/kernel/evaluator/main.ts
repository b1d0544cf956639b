import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { progress } from '../../core/index.ts';
import type { ModuleDelta } from '../compiler/modules.ts';
import type { ServerFrame } from '../frames.ts';
import { CellRunner } from './cells.ts';
import { receive, send } from './channel.ts';
import { comms, handleComm } from './comms.ts';
import { currentCell } from './context.ts';
import { clear, display, newDisplay, publish } from './display.ts';
import { describeError } from './errors.ts';
import { interrupterMain, startInterrupter } from './interrupt.ts';
import { ModuleLoader } from './modules.ts';
import { captureStreams } from './output.ts';
import { answer, ask } from './requests.ts';
import { installStackTraces } from './stack.ts';

/** Asks the person in front of the notebook. */
function input(prompt = '', { password = false }: { password?: boolean } = {}): Promise<string> {
  return ask((request) => ({ type: 'input', request, cell: currentCell().cell, prompt, password })) as Promise<string>;
}

function evaluatorMain(): void {
  const folder = process.cwd();
  installStackTraces(__filename);
  captureStreams();
  inspect.defaultOptions.breakLength = 100;

  const tslab = { display, newDisplay, versions: { tslab: '1.0', typescript: process.env.COLORA_TYPESCRIPT ?? '', node: process.version } };
  const loader = new ModuleLoader(folder, new Map([['tslab', tslab]]), async (specifier) => {
    return (await ask((request) => ({ type: 'load', request, specifier }))) as ModuleDelta;
  });
  const runner = new CellRunner(loader, folder);
  Object.assign(globalThis, {
    display,
    clear,
    input,
    progress,
    comms,
    require: createRequire(join(folder, 'cell.ts')),
    __dirname: folder,
    __filename: join(folder, 'cell.ts'),
  });
  // Libraries that show their progress in place find the notebook by this.
  Object.defineProperty(globalThis, Symbol.for('colora.display'), { value: { publish } });

  const report = (thrown: unknown): void => {
    const { cell, interrupted } = currentCell();
    if (!interrupted) send({ type: 'stream', cell, name: 'stderr', text: `${describeError(thrown).traceback.join('\n')}\n` });
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
  process.on('exit', (code) => send({ type: 'exit', code }));
  // Ctrl-C in a terminal reaches the whole group; what to do about it is the server's business.
  process.on('SIGINT', () => undefined);

  const acknowledge = startInterrupter(__filename);
  const handle = (frame: ServerFrame): void => {
    if (frame.type === 'execute') void runner.execute(frame);
    else if (frame.type === 'interrupt') {
      acknowledge(frame.sequence);
      runner.interrupt();
    } else if (frame.type === 'modules') answer(frame.request, frame.modules, frame.error);
    else if (frame.type === 'input') answer(frame.request, frame.value, frame.error);
    else runner.handle(frame.cell, () => handleComm(frame));
  };
  receive(handle);
  send({ type: 'ready' });
}

if (isMainThread) evaluatorMain();
else interrupterMain();

import { join, resolve } from 'node:path';
import { buildKernel, buildSnapshot, runKernel } from '../../bin/kernel.js';
import { userDataFolder } from '../core/index.ts';
import { installKernelspec, uninstallKernelspec } from '../kernel/index.ts';
import { listKernelspecs, OWN_KERNEL, ownKernelspec } from '../notebook/index.ts';
import { parseCommandLine, UsageError } from './usage.ts';

/** The text of `colora kernel --help`. */
export const help = `
colora kernel install [--user | --prefix DIR]     make the kernel known to Jupyter front ends (Python is not needed)
colora kernel uninstall [--user | --prefix DIR]
colora kernel list                                kernels that notebooks can be run with
colora kernel start --connection-file FILE        what front ends call

  --user        install for this user (the default)
  --prefix DIR  install into DIR/share/jupyter, such as a Python environment's folder
`;

/** `colora kernel`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('kernel', args, {
    user: { type: 'boolean' },
    prefix: { type: 'string' },
    'connection-file': { type: 'string' },
  });
  const [action, ...rest] = positionals;
  if (rest.length > 0)
    throw new UsageError(`colora kernel ${action}: takes no further words, got '${rest.join(' ')}' (see colora kernel --help)`);
  if (values.user && values.prefix !== undefined) throw new UsageError('colora kernel: give --user or --prefix, not both');
  const dataFolder = values.prefix === undefined ? userDataFolder() : join(resolve(values.prefix), 'share', 'jupyter');
  if (action === 'install') return await install(dataFolder);
  if (action === 'uninstall') return print(`removed ${uninstallKernelspec(dataFolder, OWN_KERNEL)}`);
  if (action === 'list') return list();
  if (action === 'start') return await start(values['connection-file']);
  throw new UsageError(
    `colora kernel: action must be one of install, uninstall, list, start, got '${action ?? ''}' (see colora kernel --help)`,
  );
}

async function install(dataFolder: string): Promise<number> {
  const { argv, displayName, language, interruptMode } = ownKernelspec();
  const folder = await installKernelspec(dataFolder, OWN_KERNEL, {
    argv,
    display_name: displayName,
    language,
    interrupt_mode: interruptMode,
  });
  // Built now, so that the first notebook does not wait for it.
  const isFast = await buildSnapshot(await buildKernel());
  return print(`installed ${folder}${isFast ? '' : ' (without a start-up snapshot: kernels take a second longer to start)'}`);
}

function list(): number {
  const specs = [...listKernelspecs().values()];
  const width = Math.max(...specs.map(({ name }) => name.length));
  return print(specs.map(({ name, resourceDirectory }) => `${name.padEnd(width)}  ${resourceDirectory}`).join('\n'));
}

async function start(connectionFile: string | undefined): Promise<number> {
  if (connectionFile === undefined)
    throw new UsageError('colora kernel start: --connection-file must name a Jupyter connection file, got none');
  await runKernel(connectionFile);
  return await new Promise<never>(() => undefined); // the kernel ends the process
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError, userDataFolder } from '../core/index.ts';

/** How to start a kernel. Source: jupyter-client documentation, "Making kernels for Jupyter", kernel.json. */
export interface Kernelspec {
  name: string;
  displayName: string;
  language: string;
  argv: string[];
  env: Record<string, string>;
  interruptMode: 'signal' | 'message';
  /** The folder kernel.json was found in, for `{resource_dir}`. */
  resourceDirectory: string;
}

/** Name of this project's kernel, and the one used where a notebook names none. */
export const OWN_KERNEL = 'colora';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Jupyter's data folders, the first having priority: JUPYTER_PATH, the user's, the system's.
 * Source: jupyter-core documentation, "Data files". A Python environment's own folder counts when JUPYTER_PATH names it or its `bin` is
 * the first on PATH that has a `jupyter`; Python is never asked.
 */
export function jupyterDataFolders(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string[] {
  const named = (env.JUPYTER_PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...named, userDataFolder(env, platform), ...environmentFolders(env), ...systemFolders(env, platform)];
  return [...new Set(folders)];
}

function environmentFolders(env: NodeJS.ProcessEnv): string[] {
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter((prefix): prefix is string => Boolean(prefix));
  const onPath = (env.PATH ?? '').split(delimiter).find((folder) => folder !== '' && existsSync(join(folder, 'jupyter')));
  if (onPath) prefixes.push(dirname(onPath));
  return prefixes.map((prefix) => join(prefix, 'share', 'jupyter'));
}

function systemFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform === 'win32') return env.PROGRAMDATA ? [join(env.PROGRAMDATA, 'jupyter')] : [];
  return ['/usr/local/share/jupyter', '/usr/share/jupyter'];
}

/** The kernelspec of this checkout, which needs no installation. */
export function ownKernelspec(): Kernelspec {
  return {
    name: OWN_KERNEL,
    displayName: 'TypeScript (CoLoRA)',
    language: 'typescript',
    argv: [process.execPath, join(REPOSITORY, 'bin', 'colora.js'), 'kernel', 'start', '--connection-file', '{connection_file}'],
    env: {},
    interruptMode: 'message',
    resourceDirectory: REPOSITORY,
  };
}

/**
 * Every kernel that can be started, by name; this checkout's own kernel is always among them and wins over an installed one of the same
 * name, so that a notebook is run by the code it sits beside. A folder whose kernel.json cannot be read is left out.
 */
export function listKernelspecs(folders: string[] = jupyterDataFolders()): Map<string, Kernelspec> {
  const found = new Map([[OWN_KERNEL, ownKernelspec()]]);
  for (const folder of folders) {
    for (const name of kernelFolders(join(folder, 'kernels'))) {
      if (found.has(name.toLowerCase())) continue;
      try {
        found.set(name.toLowerCase(), readKernelspec(join(folder, 'kernels', name)));
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
      }
    }
  }
  return found;
}

/**
 * The kernelspec of that name.
 * @throws UserError naming the kernels there are
 */
export function findKernelspec(name: string, folders?: string[]): Kernelspec {
  const all = listKernelspecs(folders);
  const spec = all.get(name.toLowerCase());
  if (spec) return spec;
  throw new UserError(
    `findKernelspec: kernel must be one of ${[...all.keys()].join(', ')}, got '${name}' (install it, or choose with --kernel)`,
  );
}

/**
 * Reads the kernel.json of one folder; the folder's name is the kernel's.
 * @throws UserError when the file is missing, is no JSON, or lacks argv
 */
export function readKernelspec(directory: string): Kernelspec {
  const file = join(directory, 'kernel.json');
  let spec: Record<string, unknown>;
  try {
    spec = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new UserError(`readKernelspec: ${file} must be a JSON file, got ${messageOf(thrown)}`);
  }
  const { argv, env } = spec;
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every((word) => typeof word === 'string')) {
    throw new UserError(`readKernelspec: argv in ${file} must be an array of strings, got ${JSON.stringify(argv)}`);
  }
  const name = basename(directory);
  return {
    name,
    displayName: String(spec.display_name ?? name),
    language: String(spec.language ?? ''),
    argv,
    env: Object.fromEntries(Object.entries((env ?? {}) as object).map(([key, value]) => [key, String(value)])),
    interruptMode: spec.interrupt_mode === 'message' ? 'message' : 'signal',
    resourceDirectory: directory,
  };
}

function kernelFolders(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => existsSync(join(directory, name, 'kernel.json')));
}

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError, writeFileSafely } from '../core/index.ts';

/** What a kernel.json says. Source: jupyter-client documentation, "Kernel specs". */
export interface KernelspecFile {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: 'signal' | 'message';
}

const LOGO = fileURLToPath(new URL('./logo.svg', import.meta.url));

/**
 * Writes a kernelspec with its logos into a Jupyter data folder, where every front end finds it; Python is not needed.
 *
 * @returns the folder written
 * @throws UserError when the folder cannot be written to
 */
export async function installKernelspec(dataFolder: string, name: string, spec: KernelspecFile): Promise<string> {
  const folder = join(dataFolder, 'kernels', name);
  const svg = readFileSync(LOGO);
  const { Resvg } = await import('@resvg/resvg-js');
  try {
    writeFileSafely(join(folder, 'kernel.json'), `${JSON.stringify({ ...spec, metadata: { debugger: false } }, null, 2)}\n`);
    writeFileSafely(join(folder, 'logo-svg.svg'), svg);
    for (const size of [32, 64]) {
      writeFileSafely(join(folder, `logo-${size}x${size}.png`), new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng());
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === undefined) throw thrown;
    throw new UserError(`kernel install: ${folder} must be a folder that can be written to, got ${message} (choose another with --prefix)`);
  }
  return folder;
}

/**
 * Removes a kernelspec.
 * @throws UserError when there is none
 */
export function uninstallKernelspec(dataFolder: string, name: string): string {
  const folder = join(dataFolder, 'kernels', name);
  if (!existsSync(join(folder, 'kernel.json'))) {
    throw new UserError(`kernel uninstall: ${folder} must hold a kernel.json, got none (see colora kernel list)`);
  }
  rmSync(folder, { recursive: true });
  return folder;
}

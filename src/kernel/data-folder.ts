import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** The user's Jupyter data folder, as jupyter_core finds it. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.JUPYTER_DATA_DIR) return environment.JUPYTER_DATA_DIR;
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  if (platform() === 'win32') return join(environment.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'jupyter');
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'jupyter');
}

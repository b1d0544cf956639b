export { messageOf, UserError } from './errors.ts';
export { writeFileSafely } from './files.ts';
export { userDataFolder } from './jupyter-folder.ts';
export { checkOptions } from './options.ts';
export { type NotebookDisplay, type Progress, type ProgressOptions, progress } from './progress.ts';
export { Random, type Seed } from './random.ts';

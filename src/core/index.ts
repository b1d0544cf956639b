export { messageOf, UserError } from './errors.ts';
export { writeFileSafely } from './files.ts';
export { checkOptions } from './options.ts';

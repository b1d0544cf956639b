import { UserError } from './errors.ts';

/**
 * Rejects option names that a function does not know.
 *
 * @param where name of the function, for the message
 * @throws UserError naming the unknown key and the accepted ones
 */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new UserError(`${where}: option must be one of ${known.join(', ')}, got '${key}' (remove or rename it)`);
    }
  }
}

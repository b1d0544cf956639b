import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf, UserError } from '../core/index.ts';

/** The command line itself is wrong. */
export class UsageError extends UserError {
  override name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Parses a command's arguments with `parseArgs`; `--help` is known to every command.
 *
 * @param command its name, for messages
 * @throws UsageError when an option is unknown or lacks its value
 */
export function parseCommandLine<O extends Options>(command: string, args: string[], options: O) {
  const known = { ...options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args, options: known, allowPositionals: true });
  } catch (thrown) {
    throw new UsageError(`colora ${command}: ${sentence(thrown, known)} (see colora ${command} --help)`);
  }
}

/** Prints a command's help; its exit code is that of success. */
export function showHelp(help: string): number {
  process.stdout.write(`${help.trim()}\n`);
  return 0;
}

/**
 * A number of seconds given as an option.
 * @throws UsageError when it is none
 */
export function secondsOption(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0) || seconds > MAX_SECONDS) {
    throw new UsageError(`${option} must be a number of seconds above 0 and at most ${MAX_SECONDS}, got '${text}'`);
  }
  return seconds;
}

/** The longest time a timer of Node can wait. */
const MAX_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

function sentence(thrown: unknown, known: Options): string {
  const message = messageOf(thrown);
  const option = /'([^']+)'/.exec(message)?.[1] ?? '';
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const names = Object.keys(known).map((name) => `--${name}`);
      return `option must be one of ${names.join(', ')}, got '${option}'`;
    }
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return message.split('\n')[0].replace(/\.$/, '');
    default:
      throw thrown;
  }
}

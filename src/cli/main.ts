import { readFileSync } from 'node:fs';
import { EXIT_CODES, exitCodeOf, report } from './exit-codes.ts';
import { showHelp, UsageError } from './usage.ts';

/** What the file of a command exports. */
export interface Command {
  /** The text of `colora <command> --help`. */
  help: string;
  /** Runs the command with the arguments after its name. @returns the exit code */
  run(args: string[]): Promise<number>;
}

/** Every command with its line in `colora --help`; its file is loaded when it is called. */
const COMMANDS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  run: { summary: 'run notebooks', load: () => import('./run.ts') },
  reproduce: { summary: 'make every figure: run its notebook, write figures/', load: () => import('./reproduce.ts') },
  kernel: { summary: 'install, remove, list or start the Jupyter kernel', load: () => import('./kernel.ts') },
  tasks: { summary: 'list, sample or export instruction tasks', load: () => import('./tasks.ts') },
  generate: { summary: 'let a language model go on with a text', load: () => import('./generate.ts') },
  pretrain: { summary: 'train the base model that the experiments adapt', load: () => import('./pretrain.ts') },
  'export-peft': { summary: "write a client's adapter as a PEFT checkpoint", load: () => import('./export-peft.ts') },
  bench: { summary: 'measure', load: () => import('./bench.ts') },
};

/** Runs the command line and says with which code to exit. Source: ours. */
export async function main(args: string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    process.stderr.write(`${report(error)}\n`);
    return await exitCodeOf(error);
  }
}

async function dispatch([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`colora: command must be one of ${Object.keys(COMMANDS).join(', ')}, got '${name}' (see colora --help)`);
  }
  const command = await COMMANDS[name].load();
  if (args[0] === '--help' || args[0] === '-h') return showHelp(command.help);
  return await command.run(args);
}

function help(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `colora COMMAND …\n\n${lines.join('\n')}\n\ncolora COMMAND --help tells more; colora --version tells which this is.\n${EXIT_CODES}\n`;
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

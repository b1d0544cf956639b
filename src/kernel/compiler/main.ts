import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import v8 from 'node:v8';
import { Compiler } from './compiler.ts';
import type { Installation } from './project.ts';

/** A call of the server: a method of `Compiler` and its arguments. */
export interface CompilerRequest {
  id: number;
  method: 'open' | 'compile' | 'commit' | 'check' | 'load' | 'complete' | 'inspect' | 'isComplete' | 'reset';
  arguments: unknown[];
}
export type CompilerResponse = { id: number; result: unknown } | { id: number; error: { name: string; message: string } };

/** Cells that touch what most cells touch, so that the type checker has met it before the first user does. (No completion: its collator cannot be in a snapshot.) */
const WARM_UP = [
  'const a = [1, 2].map((x) => x + 1); console.log(a, await Promise.resolve(String(a.length)));',
  'class C<T> { constructor(readonly t: T) {} }\nnew C(a)',
];

function installationAt(root: string): Installation {
  // Read as text: the snapshot builder has no packages to require from.
  const find = (path: string): string => {
    for (let at = root; ; at = dirname(at)) {
      const candidate = join(at, 'node_modules', path);
      if (existsSync(candidate)) return candidate;
      if (dirname(at) === at)
        throw new Error(`kernel: package file ${path} must be installed, but it is not found from ${root} (run npm ci)`);
    }
  };
  return {
    typescriptLib: find('typescript/lib'),
    nodeTypes: find('@types/node/index.d.ts'),
    cellGlobals: join(root, 'src', 'kernel', 'cell-globals.d.ts'),
  };
}

function warm(root: string): Compiler {
  const compiler = new Compiler(installationAt(root), join(root, 'notebooks'));
  for (const source of WARM_UP) {
    const compilation = compiler.compile(source);
    if ('cell' in compilation) compiler.commit(compilation.cell.id, compilation.cell.declares);
  }
  compiler.inspect('console', 3);
  compiler.reset();
  return compiler;
}

function serve(compiler: Compiler): void {
  process.on('message', (request: CompilerRequest) => {
    let response: CompilerResponse;
    try {
      const method = compiler[request.method] as (...args: unknown[]) => unknown;
      response = { id: request.id, result: method.apply(compiler, request.arguments) };
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      response = { id: request.id, error: { name, message } };
    }
    process.send?.(response);
  });
  process.on('disconnect', () => process.exit(0));
  // The front end's Ctrl-C reaches the whole group; what to do about it is the server's business.
  process.on('SIGINT', () => undefined);
}

const root = process.env.COLORA_ROOT ?? process.cwd();
if (v8.startupSnapshot?.isBuildingSnapshot()) {
  const compiler = warm(root);
  v8.startupSnapshot.setDeserializeMainFunction(() => serve(compiler));
} else {
  serve(warm(root));
}

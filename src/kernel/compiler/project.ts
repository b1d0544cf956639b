import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** The settings that the cells of one folder are compiled with. */
export interface Project {
  options: ts.CompilerOptions;
  /** Declaration files that every program starts from, beside the cells. */
  roots: string[];
  /** The tsconfig.json used, if there is one. */
  configFile: string | undefined;
}

/** Where the workbench's own packages and declarations lie; needed where a notebook's folder has none. */
export interface Installation {
  /** Folder of TypeScript's lib.*.d.ts files. */
  typescriptLib: string;
  /** The index.d.ts of @types/node. */
  nodeTypes: string;
  /** Declares what cells find in the global scope: display, input, clear, progress. */
  cellGlobals: string;
}

const DEFAULTS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  strict: true,
  skipLibCheck: true,
  resolveJsonModule: true,
};

/**
 * The project around a folder: its nearest tsconfig.json decides, except for what a cell cannot live with (unused names are
 * normal in a cell, the module format is fixed by top-level await, every cell is emitted).
 *
 * @throws Error with the messages of a tsconfig.json that TypeScript rejects
 */
export function findProject(folder: string, installation: Installation): Project {
  const configFile = ts.findConfigFile(folder, ts.sys.fileExists);
  const configured = configFile ? readConfig(configFile) : {};
  const base = { ...DEFAULTS, ...configured };
  if (configured.target !== undefined && configured.lib === undefined) delete base.lib;
  const keepsModule =
    base.moduleResolution === ts.ModuleResolutionKind.NodeNext || base.moduleResolution === ts.ModuleResolutionKind.Node16;
  const options: ts.CompilerOptions = {
    ...base,
    target: Math.min(Math.max(base.target ?? 0, ts.ScriptTarget.ES2022), ts.ScriptTarget.ES2023),
    module: keepsModule ? base.module : ts.ModuleKind.ESNext,
    moduleResolution: keepsModule ? base.moduleResolution : ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Legacy,
    types: (base.types ?? []).filter((name) => name !== 'node'),
    noEmit: false,
    declaration: false,
    declarationMap: false,
    composite: false,
    incremental: false,
    sourceMap: true,
    inlineSources: false,
    removeComments: true,
    preserveConstEnums: true,
    isolatedModules: false,
    verbatimModuleSyntax: false,
    isolatedDeclarations: false,
    erasableSyntaxOnly: false,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowUnreachableCode: true,
    allowUnusedLabels: true,
  };
  for (const name of ['outDir', 'outFile', 'rootDir', 'declarationDir', 'tsBuildInfoFile', 'baseUrl', 'ignoreDeprecations'] as const) {
    if (name !== 'baseUrl' || options.paths === undefined) delete options[name];
  }
  return { options, roots: [ownNodeTypes(folder) ?? installation.nodeTypes, installation.cellGlobals], configFile };
}

function readConfig(configFile: string): ts.CompilerOptions {
  const read = ts.readConfigFile(configFile, ts.sys.readFile);
  if (read.error) throw new Error(`${configFile}: ${ts.flattenDiagnosticMessageText(read.error.messageText, ' ')}`);
  const parsed = ts.parseJsonConfigFileContent(
    { ...read.config, files: [], include: [] },
    ts.sys,
    dirname(configFile),
    undefined,
    configFile,
  );
  const errors = parsed.errors.filter(({ code }) => code !== 18002 && code !== 18003); // an empty file list is meant
  if (errors.length > 0)
    throw new Error(`${configFile}: ${errors.map((e) => ts.flattenDiagnosticMessageText(e.messageText, ' ')).join('; ')}`);
  return parsed.options;
}

function ownNodeTypes(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', '@types', 'node', 'index.d.ts');
    if (existsSync(candidate)) return candidate;
    if (dirname(at) === at) return undefined;
  }
}

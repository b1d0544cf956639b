import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkOptions, UserError, writeFileSafely } from '../core/index.ts';
import { titleOf } from './describe.ts';
import type { Figure } from './figure.ts';
import { packageFolder, thisPackage } from './package.ts';
import type { Claim, FigureRecord, Provenance } from './record.ts';
import { checkClaims, isFigureName, recordText } from './record.ts';
import { inWords } from './spec.ts';

/** What `saveFigure` keeps with a figure. */
export type SaveOptions = {
  /** What the figure shows, in a sentence or two of plain text; it also describes the figure to those who cannot see it. */
  caption: string;
  /** File name of the notebook that draws it, with or without `.ipynb`. */
  notebook?: string;
  /** Folder to write to. */
  directory?: string;
  /** The claims of the paper that the figure bears on, and what became of them. */
  claims?: Claim[];
};

/** The files of one figure. */
export type SavedFigure = { json: string; svg: string; png: string };

/** The folder of figures that belongs to the working directory: `figures` beside the nearest package.json. */
export function figuresFolder(where: string): string {
  const folder = packageFolder(process.cwd());
  if (!folder)
    throw new UserError(`${where}: directory must be given outside a package, got none (no package.json above ${process.cwd()})`);
  return join(folder, 'figures');
}

function notebookName(notebook: string | undefined): string | null {
  if (notebook === undefined) return null;
  const name = String(notebook).replace(/\.ipynb$/, '');
  if (!/^[\w.-]+$/.test(name)) throw new UserError(`saveFigure: notebook must be a file name without folders, got ${inWords(notebook)}`);
  return name;
}

/** The provenance of an earlier record that differs in nothing else, so that running a notebook again changes no file. */
function earlierProvenance(file: string, record: FigureRecord): Provenance | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const earlier = JSON.parse(readFileSync(file, 'utf8')) as FigureRecord;
    return recordText({ ...record, provenance: earlier.provenance }) === recordText(earlier) ? earlier.provenance : undefined;
  } catch {
    return undefined; // not a record: it is about to become one
  }
}

/**
 * Writes a figure as `<name>.json` (specification, caption, claims, provenance), `<name>.svg` and `<name>.png` (twice the size in
 * pixels). Each file appears whole or not at all, the record last; nothing is written if the figure cannot be drawn.
 *
 * @param name of the files: small letters, digits and hyphens
 * @throws UserError for a wrong name or option, and as `toSVG` does
 */
export async function saveFigure(name: string, figure: Figure, options: SaveOptions): Promise<SavedFigure> {
  if (!isFigureName(name)) {
    throw new UserError(`saveFigure: name must be made of small letters, digits and hyphens, got ${inWords(name)}`);
  }
  // Not instanceof: a notebook may hold a figure that was made before the code was edited and loaded again.
  if (typeof figure?.toPNG !== 'function') throw new UserError(`saveFigure: figure must come from figure(…), got ${inWords(figure)}`);
  checkOptions('saveFigure', options ?? {}, ['caption', 'notebook', 'directory', 'claims']);
  const { caption, notebook, claims = [], directory = figuresFolder('saveFigure') } = options ?? {};
  if (typeof caption !== 'string' || caption.trim() === '') {
    throw new UserError(`saveFigure: caption must be a sentence on what the figure shows, got ${inWords(caption)}`);
  }
  checkClaims('saveFigure', claims);

  const spec = figure.toJSON();
  const record: FigureRecord = {
    name,
    title: titleOf(spec) || name,
    caption,
    notebook: notebookName(notebook),
    claims,
    provenance: { date: new Date().toISOString(), node: process.version, package: thisPackage() },
    figure: spec,
  };
  const files = {
    json: resolve(directory, `${name}.json`),
    svg: resolve(directory, `${name}.svg`),
    png: resolve(directory, `${name}.png`),
  };
  const [svg, png] = [await figure.toSVG(), await figure.toPNG()];
  record.provenance = earlierProvenance(files.json, record) ?? record.provenance;
  writeFileSafely(files.svg, svg);
  writeFileSafely(files.png, png);
  writeFileSafely(files.json, recordText(record));
  return files;
}

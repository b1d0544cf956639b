import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf, UserError, writeFileSafely } from '../../core/index.ts';
import type { FigureRecord } from '../record.ts';
import { checkClaims, isFigureName } from '../record.ts';
import { figuresFolder } from '../save.ts';
import type { ReportEntry } from './page.ts';
import { reportPage } from './page.ts';

/** Pictures above this size go into the page as PNG where that is smaller: figures with thousands of points. */
const LARGE_SVG = 200_000;

function readRecord(directory: string, name: string): FigureRecord {
  const file = join(directory, `${name}.json`);
  try {
    if (!isFigureName(name)) throw new Error('its name has other characters than small letters, digits and hyphens');
    const record = JSON.parse(readFileSync(file, 'utf8')) as FigureRecord;
    if (!record.figure?.layout || !record.provenance) throw new Error('it is no record of a figure');
    checkClaims('writeReport', record.claims);
    // The file's name is what the links go to.
    return { ...record, name };
  } catch (error) {
    throw new UserError(
      `writeReport: ${file} must be a file that saveFigure wrote, but ${messageOf(error)} (save the figure again, or remove it)`,
    );
  }
}

/** The address of a picture inside the page. SVG stays text, which is smaller than base64; the quotes it stands in are single. */
function pictureAddress(directory: string, name: string): string {
  const [svg, png] = [join(directory, `${name}.svg`), join(directory, `${name}.png`)];
  for (const file of [svg, png]) {
    if (!existsSync(file)) throw new UserError(`writeReport: ${file} must be there beside ${name}.json (save the figure again)`);
  }
  const [text, image] = [readFileSync(svg, 'utf8'), readFileSync(png)];
  if (text.length > LARGE_SVG && image.length < text.length) return `data:image/png;base64,${image.toString('base64')}`;
  const encoded = text
    .trim()
    .replace(/[%#<>'&\n]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return `data:image/svg+xml;charset=utf-8,${encoded}`;
}

/**
 * The records of all figures saved in a folder, in the order of their names: numbered ones first, `fig2` before `fig10`.
 *
 * @throws UserError for a record that cannot be read
 */
export function readFigures(directory: string): FigureRecord[] {
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith('.json')) : [];
  const isNumbered = (name: string) => Number(/^fig\d/.test(name));
  const names = files
    .map((file) => basename(file, '.json'))
    .sort((a, b) => isNumbered(b) - isNumbered(a) || a.localeCompare(b, 'en', { numeric: true }));
  return names.map((name) => readRecord(directory, name));
}

/**
 * Writes `index.html` with every figure saved in a folder, in the order of their names: live through Plotly,
 * with its still picture until that runs or where it does not; captions, links, claims and provenance. The page is one file, fetches
 * nothing, and is the same every time it is written from the same figures.
 *
 * @param directory the folder of the figures; by default the one `saveFigure` writes to
 * @returns the path of the page
 * @throws UserError for a record that cannot be read or has lost its pictures
 */
export async function writeReport(directory: string = figuresFolder('writeReport')): Promise<string> {
  const entries = readFigures(directory).map((record): ReportEntry => ({ record, picture: pictureAddress(directory, record.name) }));
  const page = resolve(directory, 'index.html');
  writeFileSafely(page, await reportPage(entries));
  return page;
}

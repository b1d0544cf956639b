import { stripVTControlCharacters } from 'node:util';
import { hasTag, type Notebook } from './format.ts';
import { newCell } from './notebook-file.ts';

const BANNER_TAG = 'colora-failure';

/**
 * Puts a cell on top of a notebook which says in one sentence why its run did not come to the end; it takes the place of an earlier
 * one.
 */
export function addBanner(notebook: Notebook, sentence: string): void {
  removeBanner(notebook);
  const text = stripVTControlCharacters(sentence)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.+$/, '')
    .replace(/[\\`*_<>[\]$]/g, '\\$&');
  const first = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  const source = `> **This notebook did not run to its end.** ${first}.\n>\n> Outputs below the failed cell are missing. This note goes away with the next run that succeeds.`;
  notebook.cells.unshift(newCell(notebook, 'markdown', BANNER_TAG, source, [BANNER_TAG]));
}

/** Takes the banner away, if there is one. */
export function removeBanner(notebook: Notebook): void {
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, BANNER_TAG));
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFrame, readCSV } from 'danfojs-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExperimentRecord,
  escapeLatex,
  saveTable,
  scoreRows,
  type TaskRunConfig,
  type TaskRunResult,
  tableToCsv,
  tableToLatex,
} from '../../src/experiments/index.ts';

describe('escapeLatex', () => {
  it.each([
    ['50 % of $3 & #1_a', '50 \\% of \\$3 \\& \\#1\\_a'],
    ['{a}^~\\', '\\{a\\}\\textasciicircum{}\\textasciitilde{}\\textbackslash{}'],
    ['a < b > c | d', 'a \\textless{} b \\textgreater{} c \\textbar{} d'],
    ['k·r² + Λᵢ', 'k$\\cdot$r$^{2}$ + $\\Lambda$$_{i}$'],
    ['Bałazy, é –', 'Bałazy, é –'],
    ['two\n  lines', 'two lines'],
  ])('%j', (text, expected) => expect(escapeLatex(text)).toBe(expected));

  it('leaves nothing that TeX takes for a command, and loses nothing', () => {
    const commands: Record<string, string> = {
      textbackslash: '\\',
      textasciicircum: '^',
      textasciitilde: '~',
      textless: '<',
      textgreater: '>',
      textbar: '|',
    };
    const read = (tex: string) =>
      tex.replace(/\\([a-z]+)\{\}|\\([{}#$%&_])|([\\{}#$%&_^~])/g, (_, name, escaped, bare) => {
        expect(bare).toBeUndefined();
        return escaped ?? commands[name];
      });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(read(escapeLatex(text))).toBe(text.replace(/\s+/g, ' '));
      }),
    );
  });
});

describe('tableToLatex', () => {
  it('sets numbers to the right and long texts in paragraphs', () => {
    const table = new DataFrame([
      { name: 'a_b', parameters: 12, what: 'short' },
      { name: 'c', parameters: 3.5, what: 'a text that is longer than thirty characters' },
    ]);
    expect(tableToLatex(table, { caption: 'All 100 %', label: 'tab:x' })).toBe(
      [
        '\\begin{table}',
        '\\centering',
        '\\caption{All 100 \\%}',
        '\\label{tab:x}',
        '\\begin{tabular}{lrp{0.40\\linewidth}}',
        '\\hline',
        'name & parameters & what \\\\',
        '\\hline',
        'a\\_b & 12 & short \\\\',
        'c & 3.5 & a text that is longer than thirty characters \\\\',
        '\\hline',
        '\\end{tabular}',
        '\\end{table}',
        '',
      ].join('\n'),
    );
  });

  it('refuses a row that lacks a cell', () => {
    const table = { columns: ['a', 'b'], values: [[1, 2], [3]] };
    expect(() => tableToLatex(table, { caption: '', label: '' })).toThrow('tableToLatex: every row must have 2 cells, got 1 in row 1');
    expect(() => tableToCsv(table)).toThrow('tableToCsv: every row must have 2 cells, got 1 in row 1');
  });
});

describe('saveTable', () => {
  it('writes what Danfo.js reads back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tables-'));
    const rows = [
      { text: 'a, "b"', number: 1.5, none: 'x' },
      { text: 'two\nlines', number: -2, none: null },
    ];
    const files = saveTable('some-table', new DataFrame(rows), { caption: 'A table', folder });
    const read = await readCSV(files.csv);
    expect(read.columns).toEqual(['text', 'number', 'none']);
    expect(read.values).toEqual([
      ['a, "b"', 1.5, 'x'],
      ['two\nlines', -2, null],
    ]);
    expect(readFileSync(files.tex, 'utf8')).toContain('\\label{tab:some-table}');
    expect(() => saveTable('Some table', new DataFrame(rows), { caption: '', folder })).toThrow("got 'Some table'");
    rmSync(folder, { recursive: true });
  });
});

describe('scoreRows', () => {
  const record = (strategy: string, seed: number, rougeLs: number[], learningRate = 1): ExperimentRecord<TaskRunConfig, TaskRunResult> => ({
    hash: `${strategy} ${seed}`,
    version: 1,
    seed,
    config: {
      strategy,
      tasks: ['rm.l3', 'rm.l4'],
      learningRate,
      examples: 16,
      validation: 0,
      test: 4,
      prompt: 'undescribed',
      rank: 8,
      rounds: 1,
      localSteps: 1,
      part: 'test',
      base: 'x',
    },
    result: {
      clients: rougeLs.map((rougeL) => ({ task: 'rm', rougeL, exact: rougeL / 2 })),
      losses: [],
      parameters: 1,
      up: 0,
      down: 0,
      seconds: 1,
    },
    seconds: 1,
    at: '',
    node: '',
    cpu: '',
  });

  it('brings seeds together, each the mean of its clients, best strategy first', () => {
    const rows = scoreRows([record('a', 1, [10, 30]), record('b', 1, [50, 70]), record('a', 2, [40, 40]), record('a', 3, [5, 5], 2)]);
    expect(rows.map(({ config, seeds, rougeL, exact }) => [config.strategy, seeds, rougeL, exact])).toEqual([
      ['b', 1, 60, 30],
      ['a', 2, 30, 15],
      ['a', 1, 5, 2.5],
    ]);
    expect(rows[1].rougeLDeviation).toBeCloseTo(Math.sqrt(200), 12);
    expect(rows[0]).not.toHaveProperty('rougeLDeviation');
    expect(rows.map(({ config }) => config.learningRate)).toEqual([1, 1, 2]);
  });

  it('has no row without records', () => expect(scoreRows([])).toEqual([]));
});

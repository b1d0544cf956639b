import type { Diagnostic } from './type-check.ts';

/** What happens while a notebook runs, in this order; `colora run --json` prints them one per line. Cells are code cells counted from 1. */
export type RunEvent =
  | {
      event: 'start';
      notebook: string;
      kernel: string;
      cells: number /** What each cell took last time, null where that is unknown. */;
      expectedSeconds: (number | null)[];
    }
  | ({ event: 'diagnostic'; notebook: string } & Diagnostic)
  | {
      event: 'cell-start';
      notebook: string;
      cell: number;
      source: string /** Whether it only rebuilds the state for `resume`. */;
      replayed: boolean;
    }
  | { event: 'cell-end'; notebook: string; cell: number; status: 'ok' | 'error' | 'skipped'; seconds: number; error?: string }
  | { event: 'end'; notebook: string; status: 'ok' | 'failed'; seconds: number; saved: string | null; cause?: string };

/** A notebook in memory: nbformat 4, with multi-line strings joined. Source: nbformat documentation, "The notebook file format". */
export interface Notebook {
  nbformat: 4;
  nbformat_minor: number;
  metadata: NotebookMetadata;
  cells: Cell[];
}

/** What this project reads and writes among a notebook's metadata. */
export interface NotebookMetadata extends Record<string, unknown> {
  kernelspec?: { name: string; display_name?: string; language?: string };
  language_info?: Record<string, unknown>;
  colora?: ColoraMetadata;
}

/** This project's own part of a notebook's metadata. */
export interface ColoraMetadata extends Record<string, unknown> {
  /** The parameters the notebook was run with. */
  parameters?: Record<string, unknown>;
  /** A hash of the source of every code cell that a run completed before it failed; absent after a run that did not fail. */
  completed?: string[];
}

export type Cell = CodeCell | TextCell;

export interface CodeCell {
  cell_type: 'code';
  id?: string;
  source: string;
  metadata: CellMetadata;
  execution_count: number | null;
  outputs: Output[];
}

export interface TextCell {
  cell_type: 'markdown' | 'raw';
  id?: string;
  source: string;
  metadata: CellMetadata;
  attachments?: Record<string, MimeBundle>;
}

export interface CellMetadata extends Record<string, unknown> {
  tags?: string[];
  /** ISO times under JupyterLab's names, such as `iopub.status.busy`. */
  execution?: Record<string, string>;
}

/** Mime types with their data; JSON types hold values, the others strings. */
export type MimeBundle = Record<string, unknown>;

export type Output = StreamOutput | DisplayOutput | ErrorOutput;

export interface StreamOutput {
  output_type: 'stream';
  name: string;
  text: string;
}

export interface DisplayOutput {
  output_type: 'display_data' | 'execute_result';
  data: MimeBundle;
  metadata: Record<string, unknown>;
  execution_count?: number | null;
}

export interface ErrorOutput {
  output_type: 'error';
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Whether a cell carries a tag. */
export function hasTag(cell: Cell, tag: string): boolean {
  return Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);
}

/** The code cells in order; a person's "cell 3" is the third of them, as `[3]` is in a notebook run from the top. */
export function codeCells(notebook: Notebook): CodeCell[] {
  return notebook.cells.filter((cell) => cell.cell_type === 'code');
}

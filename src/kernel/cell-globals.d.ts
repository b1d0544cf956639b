/** Global names of notebook cells, beside those of Node.js. */

/** A mime bundle: what a front end shows, by mime type. */
declare type MimeBundle = Record<string, unknown>;

interface CellDisplay {
  /** Shows a value as a cell's last expression would be shown; the handle replaces what is shown. */
  (value: unknown): Promise<DisplayHandle>;
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  raw(mime: string, content: string | Uint8Array): void;
}

interface DisplayHandle {
  readonly id: string;
  update(value: unknown): Promise<void>;
}

interface CellProgress {
  update(done: number, note?: string): void;
  finish(): void;
}

/** Shows values and media below the cell. */
declare const display: CellDisplay;

/** Clears the output of the running cell; with `wait`, only once something new is shown. */
declare function clear(wait?: boolean): void;

/** Asks the person in front of the notebook for a line of text. */
declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;

/** A progress bar with an estimate of the time left, updated in place. */
declare function progress(total: number, label?: string): CellProgress;

interface Comm {
  readonly id: string;
  send(data: Record<string, unknown>): void;
  close(data?: Record<string, unknown>): void;
  onMessage?: (data: Record<string, unknown>) => void;
  onClose?: (data: Record<string, unknown>) => void;
}

/** Jupyter comms: channels between a notebook and a front end's extensions. */
declare const comms: {
  open(target: string, data?: Record<string, unknown>): Comm;
  register(target: string, onOpen: (comm: Comm, data: Record<string, unknown>) => void): void;
};

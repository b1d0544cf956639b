import { randomUUID } from 'node:crypto';
import type { MimeBundle } from '../frames.ts';
import { send } from './channel.ts';
import { currentCell, InterruptedError } from './context.ts';
import { toBundle } from './format.ts';

interface PublishOptions {
  displayId?: string;
  update?: boolean;
}

/** Shows a mime bundle below the running cell, or in place of what was shown under the same id. */
export function publish(data: MimeBundle, { displayId, update = false }: PublishOptions = {}): void {
  const { cell, interrupted } = currentCell();
  if (interrupted) throw new InterruptedError();
  send({ type: 'display', cell, data, update, ...(displayId === undefined ? {} : { displayId }) });
}

/** The media part of tslab's display API (tslab 1.0, `Display`); `show` takes a mime bundle of one type. */
function media(show: (bundle: MimeBundle) => void) {
  const raw = (mime: string, content: string | Uint8Array): void =>
    show({ [mime]: typeof content === 'string' ? content : Buffer.from(content).toString('base64') });
  return {
    javascript: (text: string) => raw('text/javascript', text),
    html: (text: string) => raw('text/html', text),
    markdown: (text: string) => raw('text/markdown', text),
    latex: (text: string) => raw('text/latex', text),
    svg: (text: string) => raw('image/svg+xml', text),
    png: (bytes: Uint8Array) => raw('image/png', bytes),
    jpeg: (bytes: Uint8Array) => raw('image/jpeg', bytes),
    gif: (bytes: Uint8Array) => raw('image/gif', bytes),
    pdf: (bytes: Uint8Array) => raw('application/pdf', bytes),
    text: (text: string) => raw('text/plain', text),
    raw,
  };
}

/** `display(value)` and `display.html(…)` of cells; an object whose keys are mime types is shown as that bundle. */
export const display = Object.assign(async (value: unknown) => {
  const displayId = randomUUID();
  const bundleOf = async (shown: unknown): Promise<MimeBundle> => (isMimeBundle(shown) ? shown : toBundle(shown));
  publish(await bundleOf(value), { displayId });
  return {
    id: displayId,
    update: async (next: unknown) => publish(await bundleOf(next), { displayId, update: true }),
  };
}, media(publish));

function isMimeBundle(value: unknown): value is MimeBundle {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^(application|audio|font|image|model|text|video)\/[\w.+-]+$/.test(key));
}

/** tslab's `newDisplay`: everything shown through one display takes the place of what it showed before. */
export function newDisplay() {
  const displayId = randomUUID();
  let update = false;
  return media((bundle) => {
    publish(bundle, { displayId, update });
    update = true;
  });
}

/** Clears the output of the running cell. */
export function clear(wait = false): void {
  const { cell, interrupted } = currentCell();
  if (!interrupted) send({ type: 'clear', cell, wait });
}

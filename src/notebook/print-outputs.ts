import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Message } from '../kernel/index.ts';
import type { MimeBundle } from './format.ts';

/** Prints what a cell shows as text, as it comes. Images are written to a temporary folder and their place is printed. */
export class OutputPrinter {
  readonly #write: (text: string) => void;
  readonly #color: boolean;
  #folder: string | undefined;
  #images = 0;
  #atLineStart = true;

  /** @param color whether escape sequences may be printed */
  constructor(write: (text: string) => void, color: boolean) {
    this.#write = write;
    this.#color = color;
  }

  /** Prints an iopub message, unless it shows nothing. */
  print({ header, content }: Message): void {
    if (header.msg_type === 'stream') this.#print(String(content.text));
    else if (header.msg_type === 'error') this.#printLine((content.traceback ?? []).join('\n') || `${content.ename}: ${content.evalue}`);
    else if (['display_data', 'execute_result', 'update_display_data'].includes(header.msg_type)) this.#printBundle(content.data ?? {});
  }

  /** Ends a line that a stream left open. */
  endLine(): void {
    if (!this.#atLineStart) this.#print('\n');
  }

  #printBundle(data: MimeBundle): void {
    const text = data['text/plain'] ?? data['text/markdown'];
    const images = Object.keys(data).filter((type) => type.startsWith('image/'));
    if (typeof text === 'string') this.#printLine(text);
    for (const type of images) this.#printLine(this.#saveImage(type, String(data[type])));
    if (text === undefined && images.length === 0) this.#printLine(`[${Object.keys(data).join(', ') || 'nothing to show'}]`);
  }

  #saveImage(type: string, data: string): string {
    const isText = type === 'image/svg+xml';
    const bytes = Buffer.from(data, isText ? 'utf8' : 'base64');
    this.#folder ??= mkdtempSync(join(tmpdir(), 'colora-images-'));
    const path = join(this.#folder, `${++this.#images}.${isText ? 'svg' : type.slice('image/'.length)}`);
    writeFileSync(path, bytes);
    return `[${type}, ${sizeOf(type, bytes)}, saved as ${path}]`;
  }

  #printLine(text: string): void {
    this.endLine();
    this.#print(text.endsWith('\n') ? text : `${text}\n`);
  }

  #print(text: string): void {
    if (text === '') return;
    this.#write(this.#color ? text : stripVTControlCharacters(text));
    this.#atLineStart = text.endsWith('\n');
  }
}

function sizeOf(type: string, bytes: Buffer): string {
  // a PNG starts with an 8-byte signature and the IHDR chunk, whose data begin with width and height
  if (type === 'image/png' && bytes.length >= 24) return `${bytes.readUInt32BE(16)}×${bytes.readUInt32BE(20)}`;
  return `${bytes.length} bytes`;
}

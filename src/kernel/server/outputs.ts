import type { EvaluatorFrame } from '../frames.ts';
import type { Header } from '../wire.ts';
import type { Channels } from './channels.ts';

const MAX_PARENTS = 1000;

/** Publishes what cells put out, each under the request that ran the cell, in order. */
export class Outputs {
  readonly #channels: Channels;
  readonly #parents = new Map<number, Header>();
  /** Adjacent text of one stream, not yet published. */
  #text: { cell: number; name: 'stdout' | 'stderr'; text: string } | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** From now on a cell's outputs belong to this request. Late outputs of a thousand cells ago have no parent any more. */
  begin(cell: number, parent: Header): void {
    this.#parents.set(cell, parent);
    if (this.#parents.size > MAX_PARENTS) this.#parents.delete(this.#parents.keys().next().value as number);
  }

  /** Nothing more is put out for this. */
  end(cell: number): void {
    this.flush();
    this.#parents.delete(cell);
  }

  stream(cell: number, name: 'stdout' | 'stderr', text: string): void {
    if (this.#text?.cell === cell && this.#text.name === name) this.#text.text += text;
    else {
      this.flush();
      this.#text = { cell, name, text };
    }
  }

  flush(): void {
    if (!this.#text) return;
    const { cell, name, text } = this.#text;
    this.#text = undefined;
    this.publish(cell, 'stream', { name, text });
  }

  display({ cell, data, displayId, update }: Extract<EvaluatorFrame, { type: 'display' }>): void {
    const transient = displayId === undefined ? {} : { display_id: displayId };
    this.publish(cell, update ? 'update_display_data' : 'display_data', { data, metadata: {}, transient });
  }

  publish(cell: number, type: string, content: object): void {
    this.flush();
    this.#channels.publish(type, this.#parents.get(cell) ?? {}, content);
  }
}

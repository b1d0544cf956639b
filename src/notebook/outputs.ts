import type { Message } from '../kernel/index.ts';
import type { CodeCell, DisplayOutput, MimeBundle, StreamOutput } from './format.ts';
import { StreamText } from './stream-text.ts';

/**
 * Turns iopub messages into the outputs of cells. One collector serves a whole notebook, because a cell may update a display that an
 * earlier one made. Source: Jupyter messaging protocol 5.5, and nbformat 4 for the result.
 */
export class OutputCollector {
  /** Every output shown under a display id, in whichever cell. */
  readonly #displays = new Map<string, DisplayOutput[]>();
  /** The stream output that each cell is still writing to. */
  readonly #streams = new Map<CodeCell, { output: StreamOutput; text: StreamText }>();
  readonly #clearBeforeNext = new Set<CodeCell>();

  /** Adds what one message says to the cell whose execution caused it. */
  receive(cell: CodeCell, message: Message): void {
    const { content } = message;
    switch (message.header.msg_type) {
      case 'stream':
        this.#stream(cell, String(content.name), String(content.text));
        break;
      case 'display_data':
      case 'execute_result':
        this.#display(cell, message);
        break;
      case 'update_display_data':
        this.#update(displayId(content), content);
        break;
      case 'error':
        this.#makeRoom(cell).push({
          output_type: 'error',
          ename: String(content.ename ?? ''),
          evalue: String(content.evalue ?? ''),
          traceback: (content.traceback ?? []).map(String),
        });
        break;
      case 'clear_output':
        if (content.wait) this.#clearBeforeNext.add(cell);
        else this.#clear(cell);
        break;
      case 'execute_input':
        cell.execution_count = content.execution_count ?? null;
        break;
    }
  }

  /** Brings the text of open streams into their outputs; to be called before outputs are read. */
  settle(): void {
    for (const { output, text } of this.#streams.values()) output.text = text.toString();
  }

  /** Empties a cell's outputs, also of what it has not yet shown. */
  reset(cell: CodeCell): void {
    this.#clear(cell);
    this.#clearBeforeNext.delete(cell);
  }

  /** Has the displays that `from` made updated in `to` from now on, where both have an output of that kind at the same place. */
  redirect(from: CodeCell, to: CodeCell): void {
    for (const shown of this.#displays.values()) {
      for (const [at, output] of shown.entries()) {
        const twin = to.outputs[from.outputs.indexOf(output)];
        if (twin?.output_type === output.output_type) shown[at] = twin as DisplayOutput;
      }
    }
  }

  #stream(cell: CodeCell, name: string, text: string): void {
    const outputs = this.#makeRoom(cell);
    let open = this.#streams.get(cell);
    if (!open || open.output.name !== name || outputs.at(-1) !== open.output) {
      if (open) open.output.text = open.text.toString();
      open = { output: { output_type: 'stream', name, text: '' }, text: new StreamText() };
      this.#streams.set(cell, open);
      outputs.push(open.output);
    }
    open.text.append(text);
  }

  #display(cell: CodeCell, message: Message): void {
    const { content } = message;
    const output: DisplayOutput = {
      output_type: message.header.msg_type as DisplayOutput['output_type'],
      data: content.data ?? {},
      metadata: content.metadata ?? {},
    };
    if (output.output_type === 'execute_result') output.execution_count = content.execution_count ?? null;
    const id = displayId(content);
    if (id !== undefined) {
      this.#update(id, content);
      this.#displays.set(id, [...(this.#displays.get(id) ?? []), output]);
    }
    this.#makeRoom(cell).push(output);
  }

  #update(id: string | undefined, content: Message['content']): void {
    for (const output of (id !== undefined && this.#displays.get(id)) || []) {
      output.data = { ...(content.data as MimeBundle) };
      output.metadata = { ...content.metadata };
    }
  }

  /** The outputs to add to, after a `clear_output(wait=true)` has had its effect. */
  #makeRoom(cell: CodeCell): CodeCell['outputs'] {
    if (this.#clearBeforeNext.delete(cell)) this.#clear(cell);
    return cell.outputs;
  }

  #clear(cell: CodeCell): void {
    cell.outputs = [];
    this.#streams.delete(cell);
  }
}

function displayId(content: Message['content']): string | undefined {
  const id = content.transient?.display_id;
  return id === undefined || id === null ? undefined : String(id);
}

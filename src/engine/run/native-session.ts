import { createRequire } from 'node:module';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

type Feeds = Readonly<Record<string, Tensor>>;

/** The module that onnxruntime-node's asynchronous sessions are made of: theirs are these behind `setImmediate`. */
interface Binding {
  initOrt(): void;
  binding: {
    InferenceSession: new () => {
      loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: InferenceSession.SessionOptions): void;
      run(feeds: Feeds, fetches: Feeds, options: InferenceSession.RunOptions): Feeds;
    };
  };
}

const { binding, initOrt } = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js') as Binding;

/** An onnxruntime session that is made and run without a promise. Source: ours, on onnxruntime-node's native binding. */
export class NativeSession {
  readonly #session: InstanceType<Binding['binding']['InferenceSession']>;

  /**
   * @param model an ONNX file
   * @throws Error of onnxruntime when it cannot be loaded
   */
  constructor(model: Uint8Array, options: InferenceSession.SessionOptions) {
    initOrt();
    this.#session = new binding.InferenceSession();
    this.#session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
  }

  /**
   * Runs the graph.
   *
   * @param feeds one tensor for each input
   * @param targets one tensor for each output, which is written in place
   */
  run(feeds: Feeds, targets: Feeds): void {
    this.#session.run(feeds, targets, {});
  }
}

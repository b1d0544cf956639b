/** Memory that is taken again and again: what it gave is overwritten by what takes next. Fresh memory costs as much as a product. */
export class Scratch {
  #numbers = new Float64Array(0);

  /** @returns that many numbers, of any value */
  take(count: number): Float64Array {
    if (this.#numbers.length < count) this.#numbers = new Float64Array(count);
    return this.#numbers.subarray(0, count);
  }
}

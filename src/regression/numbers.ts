import { UserError } from '../core/index.ts';

/** @throws UserError naming the first number that is NaN or infinite */
export function checkNumbers(where: string, name: string, values: Float64Array): void {
  for (let p = 0; p < values.length; p++) {
    if (!Number.isFinite(values[p])) throw new UserError(`${where}: ${name} must be finite, got ${values[p]} at ${p}`);
  }
}

/** @throws UserError unless the value is a whole number from `low` on */
export function checkWhole(where: string, name: string, value: number, low: number): void {
  if (!(Number.isInteger(value) && value >= low)) {
    throw new UserError(`${where}: ${name} must be a whole number from ${low} on, got ${value}`);
  }
}

/** @throws UserError unless low ≤ value ≤ high; Infinity passes only where `high` is Infinity */
export function checkRange(where: string, name: string, value: number, low: number, high = Number.MAX_VALUE): void {
  if (!(value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? `a finite number from ${low} on` : `a number from ${low} to ${high}`;
    throw new UserError(`${where}: ${name} must be ${range}, got ${value}`);
  }
}

/** Σ xᵢ². */
export function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < values.length; p++) sum += values[p] * values[p];
  return sum;
}

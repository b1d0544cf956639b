/** From here on the series would lose digits to cancellation, and the continued fraction has converged. */
const TAIL = 3;
const FRACTION_TERMS = 120;

/**
 * P(Z ≥ x) of a standard normal Z. Source: the Taylor series of Marsaglia 2004 around 0, Laplace's continued fraction in the tails.
 */
export function normalUpperTail(x: number): number {
  if (x < -TAIL) return 1 - normalUpperTail(-x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x > TAIL) {
    let fraction = x;
    for (let k = FRACTION_TERMS; k >= 1; k--) fraction = x + k / fraction;
    return density / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 - density * sum;
}

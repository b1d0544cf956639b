/** One size that is measured. */
export interface Size {
  name: string;
  sensing: 'gaussian' | 'vector';
  d: number;
  r: number;
  k: number;
  m: number;
}

/** The sizes of the comparison; vector responses count m inputs per task. */
export const SIZES: readonly Size[] = [
  { name: 'g64', sensing: 'gaussian', d: 64, r: 4, k: 32, m: 96 },
  { name: 'g128', sensing: 'gaussian', d: 128, r: 4, k: 64, m: 192 },
  { name: 'g192', sensing: 'gaussian', d: 192, r: 6, k: 48, m: 256 },
  { name: 'v1024', sensing: 'vector', d: 1024, r: 8, k: 256, m: 64 },
  { name: 'v4096', sensing: 'vector', d: 4096, r: 16, k: 1000, m: 64 },
];

/** What a method reports of one size. */
export interface Outcome {
  seconds: number;
  /** Seconds of all cores together, which other load on the machine changes less. */
  cpu: number;
  iterations: number;
  /** Relative error of the worst task. */
  error: number;
  /** The most memory the process held beyond what it held with its libraries loaded, in bytes. */
  peak: number;
  /** The measurements and responses, in bytes. */
  measurements: number;
}

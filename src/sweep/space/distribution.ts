/** A value that a YAML file can hold. */
export type Json = number | string | boolean | null | readonly Json[] | {readonly [key: string]: Json};

/** Numbers between two ends, both included. */
export interface NumericDistribution {
  readonly kind: 'float' | 'int';
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
  /** Values are low + k · step; an int without one has step 1 (and, on a log scale, none but whole numbers). Absent: any float. Never with a float on a log scale. */
  readonly step?: number;
}

/** One of several values, in no order. */
export interface CategoricalDistribution {
  readonly kind: 'categorical';
  /** At least one; no two equal. */
  readonly choices: readonly Json[];
}

export type Distribution = NumericDistribution | CategoricalDistribution;

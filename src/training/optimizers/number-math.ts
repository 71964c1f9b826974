import type {WeightMath} from './rule.js';

const identity = (a: number): number => a;

/** A rule on plain numbers in double precision, for a weight of one element: the oracle that engines are compared with. */
export const numberMath: WeightMath<number> = {
  constant: identity,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  mean: identity,
  meanOfRows: identity,
  meanOfColumns: identity,
};

const round = Math.fround;

/** The same, every result rounded to single precision as hardware float32 rounds it: bit for bit what a float32 engine computes. */
export const float32Math: WeightMath<number> = {
  ...numberMath,
  constant: round,
  add: (a, b) => round(a + b),
  sub: (a, b) => round(a - b),
  mul: (a, b) => round(a * b),
  div: (a, b) => round(a / b),
  sqrt: (a) => round(Math.sqrt(a)),
};

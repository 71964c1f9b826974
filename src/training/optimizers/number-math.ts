import type {Elementwise} from './rule.js';

/** A rule on plain numbers in double precision: the oracle that engines are compared with. */
export const numberMath: Elementwise<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
};

const round = Math.fround;

/** The same, every result rounded to single precision as hardware float32 rounds it: bit for bit what a float32 engine computes. */
export const float32Math: Elementwise<number> = {
  constant: (value) => round(value),
  add: (a, b) => round(a + b),
  sub: (a, b) => round(a - b),
  mul: (a, b) => round(a * b),
  div: (a, b) => round(a / b),
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  abs: (a) => Math.abs(a),
  sqrt: (a) => round(Math.sqrt(a)),
};

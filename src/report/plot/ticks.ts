/** Round numbers along an axis, 1, 2 or 5 times a power of ten apart. */
export interface Ticks {
  readonly values: readonly number[];
  /** Beside each value, all in one style. */
  readonly labels: readonly string[];
}

/** @param most ticks that there is room for, of which there are at least 2 in any case */
export function ticksBetween(low: number, high: number, most: number): Ticks {
  if (!Number.isFinite(high - low)) {
    const ends = [low, 0, high];
    return {values: ends, labels: ends.map((value) => (value === 0 ? '0' : value.toExponential(0).replace('e+', 'e')))};
  }
  let step = roundStep((high - low) / Math.max(1, most - 1));
  const multiples = (): readonly [number, number] => [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  let [first, last] = multiples();
  while (last <= first) {
    step = nextBelow(step);
    [first, last] = multiples();
  }
  const values = Array.from({length: last - first + 1}, (_, i) => cleaned((first + i) * step, step));
  return {values, labels: values.map((value) => label(value, step, Math.max(Math.abs(low), Math.abs(high))))};
}

/**
 * Ticks of a logarithmic axis: powers of ten, else 1, 2 and 5 times those, else what a linear axis would have.
 * @param low log10 of the smallest value @param high log10 of the largest; ticks are at logarithms, too
 */
export function logarithmicTicks(low: number, high: number, most: number): Ticks {
  const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)];
  const powers = Array.from({length: Math.max(0, last - first + 1)}, (_, i) => first + i);
  if (powers.length >= 3 || (powers.length === 2 && most < 4)) {
    const stride = Math.ceil(powers.length / Math.max(2, most));
    const values = powers.filter((_, index) => index % stride === 0);
    return {values, labels: values.map(powerLabel)};
  }
  const between = [first - 1, ...powers].flatMap((power) => [1, 2, 5].map((factor) => factor * 10 ** power));
  const inside = between.filter((value) => Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9);
  const isFew = inside.length < 2 || inside.length > Math.max(3, most);
  const {values, labels} = isFew
    ? ticksBetween(10 ** low, 10 ** high, most)
    : {values: inside, labels: inside.map(String)};
  const kept = values.map((value, i) => ({value: Math.log10(value), label: labels[i]!}));
  const finite = kept.filter(({value}) => Number.isFinite(value));
  return {values: finite.map(({value}) => value), labels: finite.map(({label}) => label)};
}

const powerLabel = (power: number): string =>
  power < -4 || power > 5 ? `1e${power}` : (10 ** power).toLocaleString('en-US', {maximumFractionDigits: 4});

/** The smallest of 1, 2, 5, 10, 20 … (and their tenths) that is at least `least`. */
export function roundStep(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** 20 → 10 → 5 → 2 → 1 … */
function nextBelow(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step) + 1e-9);
  return step < 1.5 * power ? power / 2 : step < 3 * power ? power : 2 * power;
}

const decimalsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

/** Without what is left of binary fractions. */
const cleaned = (value: number, step: number): number =>
  Math.abs(value) < step / 2 ? 0 : Number(value.toPrecision(12));

function label(value: number, step: number, largest: number): string {
  if (value === 0) return '0';
  if (largest >= 1e6 || largest < 0.999e-3) {
    const digits = Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9);
    return value.toExponential(Math.max(0, digits)).replace('e+', 'e');
  }
  const decimals = decimalsOf(step);
  return value.toLocaleString('en-US', {minimumFractionDigits: decimals, maximumFractionDigits: decimals});
}

/** What a CMA-ES of n dimensions and λ points a generation does by default; the tutorial's table 1, without its symbols' subscripts. */
export interface Strategy {
  /** λ of them, best first; those of the worse half are negative. */
  readonly weights: Float64Array;
  /** µ, how many make the next mean. */
  readonly numParents: number;
  /** µ_eff, as how many equal weights the parents' count. */
  readonly effective: number;
  readonly c1: number;
  readonly cMu: number;
  readonly cSigma: number;
  readonly dSigma: number;
  readonly cC: number;
  /** The mean length of a standard normal vector. */
  readonly expectedNorm: number;
}

/** λ = 4 + ⌊3 ln n⌋ (equation 48). */
export const defaultPopulation = (n: number): number => 4 + Math.floor(3 * Math.log(n));

const known = new Map<string, Strategy>();

/** Equations 49 to 58. */
export function strategyOf(n: number, population: number): Strategy {
  const key = `${n}/${population}`;
  const made = known.get(key) ?? makeStrategy(n, population);
  known.set(key, made);
  return made;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** 1 / Σ w² of weights that sum to 1, whatever they sum to. */
const effectiveNumber = (weights: readonly number[]): number =>
  sum(weights) ** 2 / sum(weights.map((weight) => weight * weight));

function makeStrategy(n: number, population: number): Strategy {
  const numParents = Math.floor(population / 2);
  const raw = Array.from({length: population}, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const effective = effectiveNumber(raw.slice(0, numParents));
  const effectiveNegative = effectiveNumber(raw.slice(numParents));
  const c1 = 2 / ((n + 1.3) ** 2 + effective);
  const cMu = Math.min(1 - c1 - 1e-8, (2 * (effective - 2 + 1 / effective)) / ((n + 2) ** 2 + effective));
  const negativeShare = Math.min(
    1 + c1 / cMu,
    1 + (2 * effectiveNegative) / (effective + 2),
    (1 - c1 - cMu) / (n * cMu),
  );
  const positive = sum(raw.filter((weight) => weight > 0));
  const negative = -sum(raw.filter((weight) => weight < 0));
  const cSigma = (effective + 2) / (n + effective + 5);
  return {
    weights: Float64Array.from(raw, (weight) =>
      weight >= 0 ? weight / positive : (negativeShare * weight) / negative,
    ),
    numParents,
    effective,
    c1,
    cMu,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + cSigma,
    cC: (4 + effective / n) / (n + 4 + (2 * effective) / n),
    expectedNorm: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

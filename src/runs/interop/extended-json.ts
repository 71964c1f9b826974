/**
 * JSON with the bare words NaN, Infinity and -Infinity, as Python's `json` writes it and Weights & Biases' lines of history and summary
 * have it.
 */
export function toExtendedJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map((one) => toExtendedJson(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${toExtendedJson(one)}`).join(',')}}`;
}

const oddNumbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A string, or one of the words outside of strings. */
const wordOrString = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Stands for a word while JSON is read; no text of others begins with a noncharacter of Unicode. */
const mark = '\uFDD0';

/** @throws SyntaxError for what is not even that */
export const parseExtendedJson = (text: string): unknown =>
  JSON.parse(
    text.replace(wordOrString, (found) => (found.startsWith('"') ? found : JSON.stringify(`${mark}${found}`))),
    (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? oddNumbers[value.slice(mark.length)] : value,
  );

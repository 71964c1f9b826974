/** Steps from the top of a spec to a value: keys, and numbers for list items. */
export type Path = readonly (string | number)[];

/** As messages write it: `model.layers[0].filters`; the empty path is `the spec`. */
export function formatPath(path: Path): string {
  if (path.length === 0) return 'the spec';
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
}

/** As origins and overrides write it: `model.layers.0.filters`. */
export const dottedPath = (path: Path): string => path.join('.');

/** Reads `model.layers.0.filters` and `model.layers[0].filters` alike. @returns undefined if the text is no path. */
export function parsePath(text: string): Path | undefined {
  const steps = text
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  if (steps.some((step) => step === '' || /[\s[\]{}]/.test(step))) return undefined;
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

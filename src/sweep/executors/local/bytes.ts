const units: Readonly<Record<string, number>> = {MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30};

/** `2GB`, `1.5GiB`, as the schema lets it through. */
export function parseBytes(text: string): number {
  const [, digits, unit = ''] = /^([\d.]+)([A-Za-z]+)$/.exec(text) ?? [];
  const bytes = Number(digits) * (units[unit] ?? Number.NaN);
  if (Number.isNaN(bytes)) throw new Error(`${text} is no amount of memory`);
  return Math.round(bytes);
}

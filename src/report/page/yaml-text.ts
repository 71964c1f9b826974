/** Plain data as YAML, for reading: text is quoted wherever YAML could take it for something else. */
export const yamlOf = (value: unknown): string => linesOf(value).join('\n');

function linesOf(value: unknown): readonly string[] {
  if (isInline(value)) return [inline(value)];
  if (Array.isArray(value)) {
    return value.flatMap((member) => linesOf(member).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`));
  }
  return Object.entries(value as object).flatMap(([key, member]) =>
    isInline(member)
      ? [`${inline(key)}: ${inline(member)}`]
      : [`${inline(key)}:`, ...linesOf(member).map((line) => `  ${line}`)],
  );
}

/** What fits behind a key: scalars, lists of them, and what is empty. */
const isInline = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Array.isArray(value)
    ? value.every((member) => typeof member !== 'object' || member === null)
    : Object.keys(value).length === 0);

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return '{}';
  if (typeof value !== 'string') return String(value);
  const isPlain = /^[A-Za-z_][\w ./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

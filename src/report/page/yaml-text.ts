/** Plain data as YAML, for reading: text is quoted wherever YAML could take it for something else. */
export function yamlOf(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return `[${value.map(scalar).join(', ')}]`;
    return value.map((member) => `\n${indent}- ${yamlOf(member, `${indent}  `).replace(/^\n\s*/, '')}`).join('');
  }
  if (typeof value !== 'object' || value === null) return scalar(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, member]) => {
    const text = yamlOf(member, Array.isArray(member) ? indent : `${indent}  `);
    return `${indent}${scalar(key)}:${text.startsWith('\n') ? '' : ' '}${text}`;
  });
  return `${indent === '' ? '' : '\n'}${lines.join('\n')}`;
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

const scalar = (value: unknown): string =>
  typeof value === 'string' &&
  !(/^[A-Za-z_][\w ./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value))
    ? JSON.stringify(value)
    : String(value);

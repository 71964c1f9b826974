/** For JSON.stringify: JSON has no NaN and no infinities; they are written as text, so that they are not taken for `null`. */
export const plainNumbers = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

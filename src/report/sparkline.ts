const blocks = '▁▂▃▄▅▆▇█';

/**
 * A curve in one line, its smallest value the lowest block and its largest the highest; `·` where there is no finite value.
 * @param width in columns; a longer curve is averaged over equal stretches.
 */
export function sparkline(values: readonly number[], width = 40): string {
  const points =
    values.length <= width ? values : Array.from({length: width}, (_, i) => meanOfStretch(values, i, width));
  const finite = points.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  return points
    .map((value) => {
      if (!Number.isFinite(value)) return '·';
      return blocks[span === 0 ? 3 : Math.round(((value - low) / span) * (blocks.length - 1))];
    })
    .join('');
}

function meanOfStretch(values: readonly number[], index: number, count: number): number {
  const begin = Math.floor((index * values.length) / count);
  const end = Math.max(begin + 1, Math.floor(((index + 1) * values.length) / count));
  const stretch = values.slice(begin, end);
  return stretch.reduce((sum, value) => sum + value, 0) / stretch.length;
}

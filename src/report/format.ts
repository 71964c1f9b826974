/** `3,199,106`; the same on every machine. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString('en-US');

/** `1 epoch`, `1,875 steps`. */
export const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A metric in four significant digits, `0.9891`, `2.303`, `1.2e-7`. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? value.toPrecision(4) : value.toExponential(3);
}

/** A standard deviation with as many decimals as its formatted mean, unless nothing would be left of it. */
export function formatDeviation(std: number, mean: string): string {
  const numDecimals = /^-?\d+\.(\d+)$/.exec(mean)?.[1]?.length;
  const fixed = numDecimals === undefined ? formatMetric(std) : std.toFixed(numDecimals);
  return Number(fixed) === 0 ? formatMetric(std) : fixed;
}

/** `12 ms`, `0.8 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours} h ${two(minutes)} min` : `${minutes} min ${two(whole % 60)} s`;
}

/** `0:07`, `12:45`, `1:02:03`: a duration that counts down in place. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** `512 B`, `12.8 kB`, `540 MB`, `1.2 GB`; powers of a thousand. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Examples a second; one decimal below ten. */
export const formatRate = (rate: number): string => `${rate < 10 ? rate.toFixed(1) : formatCount(rate)} examples/s`;

/** `2026-11-23 14:35`, local time. */
export function formatTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `12 s ago`, `3 min ago`, `5 h ago`, `6 d ago`; the date of what is longer ago, or was in the future. */
export function formatAgo(time: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - time.getTime()) / 1000);
  if (seconds < 0) return formatTime(time);
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds < 7 * 86_400 ? `${Math.floor(seconds / 86_400)} d ago` : formatTime(time).slice(0, 10);
}

/**
 * Whether a terminal can be trusted to show more than ASCII. An explicit locale of another encoding (`LC_ALL`, `LC_CTYPE`, `LANG`, the
 * first that is set decides) says no, and so do `TERM=dumb` and the Linux console, whose font has few letters. Node writes UTF-8 in any case.
 */
export function wantsUnicode(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return !locale || /utf-?8/i.test(locale);
}

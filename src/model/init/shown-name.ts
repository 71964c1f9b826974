const maxLength = 80;

/** A name out of a file as messages show it: whoever made the file may have put anything there, terminal commands too. */
export function shownName(name: string): string {
  const printable = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
  return printable.length > maxLength ? `${printable.slice(0, maxLength - 1)}…` : printable;
}

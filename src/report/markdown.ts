const entities: Readonly<Record<string, string>> = {'<': '&lt;', '>': '&gt;', '&': '&amp;'};

/** Text that means nothing to Markdown or HTML, and calls nobody: @name is no mention. */
export const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|#~&]/g, (character) => entities[character] ?? `\\${character}`).replace(/@/g, '@\u200B');

/** A row of a table. */
export const markdownLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

/** What YAML's core schema reads as itself: a word that is no number, no boolean, no null, and has no sign of the language in it. */
const plainText =
  /^(?!(?:true|false|null|yes|no|on|off|nan|inf)$)[a-z](?:[\w./+\-(),;=<>×–’'"]|:(?=[\w/])| (?=[\w./+\-(),;=<>×–’'"]))*$/i;
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const entry = /^(?:([A-Za-z_][\w-]*):(?: (.*))?)$/;

/** A map or a list that is being filled, and the column at which its entries begin. */
interface Open {
  readonly column: number;
  readonly node: Record<string, unknown> | unknown[];
}

/**
 * Reads the YAML that resolved specs are mostly made of, block maps and lists of plain words and numbers, some thirty times faster than a
 * whole parser, which a list of ten thousand runs feels.
 * @returns undefined for text with anything else in it (quotes of YAML's own, long texts over several lines, comments, anchors, …),
 * which is for the whole parser to read
 */
export function parsePlainYaml(text: string): unknown {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0) return undefined;
  const root: Record<string, unknown> = {};
  const stack: Open[] = [{column: 0, node: root}];
  /** The key whose value begins on the next line. */
  let pending: {readonly map: Record<string, unknown>; readonly key: string; readonly column: number} | undefined;
  for (const line of lines) {
    let column = 0;
    while (line.charCodeAt(column) === 0x20) column++;
    let rest = line.slice(column);
    const isItem = rest.startsWith('- ');
    if (pending) {
      // `yaml` indents lists; some writers do not. Neither may be an empty value.
      if (column <= pending.column) return undefined;
      const node = isItem ? [] : {};
      pending.map[pending.key] = node;
      stack.push({column, node});
      pending = undefined;
    }
    while (stack.length > 1 && stack.at(-1)!.column > column) stack.pop();
    let top = stack.at(-1)!;
    if (top.column !== column || Array.isArray(top.node) !== isItem) return undefined;
    if (isItem) {
      rest = rest.slice(2);
      column += 2;
      if (rest.startsWith('- ') || rest.startsWith(' ')) return undefined;
      const list = top.node as unknown[];
      if (!entry.test(rest)) {
        const value = scalarOf(rest);
        if (value === undefined) return undefined;
        list.push(value);
        continue;
      }
      top = {column, node: {}};
      list.push(top.node);
      stack.push(top);
    }
    const [, key, value] = entry.exec(rest) ?? [];
    if (key === undefined || key === '__proto__' || Object.hasOwn(top.node, key)) return undefined;
    const map = top.node as Record<string, unknown>;
    if (value === undefined) pending = {map, key, column};
    else {
      const scalar = scalarOf(value);
      if (scalar === undefined) return undefined;
      map[key] = scalar;
    }
  }
  return pending ? undefined : root;
}

/** Undefined for what only a whole parser can tell. */
function scalarOf(text: string): unknown {
  if (plainNumber.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (text === '[]') return [];
  if (text === '{}') return {};
  if (plainText.test(text)) return text;
  // Of double quotes JSON knows fewer escapes than YAML, and reads those as YAML does.
  if (!text.startsWith('"')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import type {TObject, TSchema} from '@sinclair/typebox';
import type {Definition} from '../spec/define.js';
import {createStyle, type Style} from './style.js';

/** One argument of a definition as people read it. */
export interface ArgumentRow {
  readonly name: string;
  /** `integer ≥ 1`, `number in (0, 1)`, `same | valid`. */
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description: string;
}

/** A definition for programs: what `--json` prints. */
export interface DefinitionJson {
  readonly type: string;
  readonly summary: string;
  readonly arguments: readonly ArgumentRow[];
  /** What else the caller knows of it: shapes, classes, sizes. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly example?: string;
}

export interface RenderOptions {
  readonly style?: Style;
  /** Columns of the terminal. */
  readonly width?: number;
}

/** Arguments in the order in which they are written. */
export function argumentsOf(args: TObject): readonly ArgumentRow[] {
  const required = new Set(args.required ?? []);
  return Object.entries<TSchema>(args.properties).map(([name, schema]) => ({
    name,
    type: typeText(schema),
    required: required.has(name) && schema.default === undefined,
    ...(schema.default === undefined ? {} : {default: schema.default as unknown}),
    description: schema.description ?? '',
  }));
}

/** A definition as plain data. */
export function definitionJson(
  definition: Definition,
  more: Pick<DefinitionJson, 'facts' | 'example'> = {},
): DefinitionJson {
  return {type: definition.type, summary: definition.summary, arguments: argumentsOf(definition.args), ...more};
}

/** Names and summaries, one definition a line (more where the terminal is narrow). */
export function renderDefinitionList(definitions: readonly Definition[], options: RenderOptions = {}): string {
  const {style, width} = withDefaults(options);
  const column = Math.max(...definitions.map(({type}) => type.length)) + 2;
  // Beside a column that leaves room for a few words, else after each name.
  const isWide = width >= column + 24;
  return definitions
    .map(({type, summary}) => {
      const lead = isWide ? column : type.length + 2;
      const name = style.bold(type) + ' '.repeat(lead - type.length);
      return hang(name, isWide ? column : 4, summary, width, lead);
    })
    .join('\n');
}

/** One definition in full: summary, facts, arguments with type, default and description, and an example. */
export function renderDefinition({summary, type, ...rest}: DefinitionJson, options: RenderOptions = {}): string {
  const {style, width} = withDefaults(options);
  const parts = [hang(`${style.bold(type)}  `, 2, summary, width, type.length + 2)];
  const facts = Object.entries(rest.facts ?? {});
  if (facts.length > 0) {
    const column = Math.max(...facts.map(([name]) => name.length)) + 4;
    parts.push(facts.map(([name, text]) => hang(`  ${name}`.padEnd(column), column, text, width)).join('\n'));
  }
  parts.push(
    rest.arguments.length === 0
      ? '  no arguments'
      : rest.arguments.map((argument) => renderArgument(argument, style, width)).join('\n'),
  );
  if (rest.example) parts.push(`  ${style.dim('example')}\n${rest.example.replace(/^/gm, '    ')}`);
  return parts.join('\n\n');
}

/** Two parts an argument, which reads well at any width: what it is, then what it means. */
function renderArgument(argument: ArgumentRow, style: Style, width: number): string {
  const [state, paint] = argument.required
    ? (['required', style.yellow] as const)
    : ([argument.default === undefined ? 'optional' : `default ${valueText(argument.default)}`, style.dim] as const);
  const name = `  ${argument.name}  `;
  const plain = hang(name, 6, `${argument.type}  ${state}`, width, name.length);
  const painted = plain.endsWith(state) ? plain.slice(0, -state.length) + paint(state) : plain;
  const head = painted.replace(argument.name, style.cyan(argument.name));
  return argument.description === '' ? head : `${head}\n${hang('      ', 6, argument.description, width)}`;
}

/** A JSON schema node in few words. */
export function typeText(schema: TSchema): string {
  if (schema.const !== undefined) return valueText(schema.const);
  const options = (schema.anyOf ?? schema.oneOf) as readonly TSchema[] | undefined;
  if (options) {
    const discriminator = (schema.discriminator as {propertyName: string} | undefined)?.propertyName;
    const names = options.map((option) => {
      const tag =
        discriminator === undefined ? undefined : (option.properties as Record<string, TSchema>)[discriminator];
      return typeText(tag ?? option);
    });
    return [...new Set(names)].join(' | ');
  }
  if (Array.isArray(schema.enum)) return schema.enum.map(valueText).join(' | ');
  switch (schema.type) {
    case 'array': {
      const items = Array.isArray(schema.items)
        ? `[${schema.items.map(typeText).join(', ')}]`
        : typeText((schema.items ?? {}) as TSchema);
      return Array.isArray(schema.items) ? items : `list of ${items}`;
    }
    case 'integer':
    case 'number':
      return `${schema.type}${rangeText(schema)}`;
    case 'object': {
      const values = Object.values((schema.patternProperties ?? {}) as Record<string, TSchema>)[0];
      if (values) return `map of ${typeText(values)}`;
      const names = Object.keys((schema.properties ?? {}) as object);
      return names.length === 0 ? 'map' : `{${names.join(', ')}}`;
    }
    case 'string':
      return 'text';
    default:
      return typeof schema.type === 'string' ? schema.type : 'any';
  }
}

function rangeText(schema: TSchema): string {
  const low = bound(schema.minimum, schema.exclusiveMinimum, ['≥', '>'], ['[', '(']);
  const high = bound(schema.maximum, schema.exclusiveMaximum, ['≤', '<'], [']', ')']);
  if (low && high) return ` in ${low.bracket}${low.value}, ${high.value}${high.bracket}`;
  const only = low ?? high;
  return only ? ` ${only.sign} ${only.value}` : '';
}

function bound(closed: unknown, open: unknown, signs: readonly [string, string], brackets: readonly [string, string]) {
  if (typeof closed === 'number') return {value: closed, sign: signs[0], bracket: brackets[0]};
  if (typeof open === 'number') return {value: open, sign: signs[1], bracket: brackets[1]};
  return undefined;
}

/** As it would be written in YAML; a word without arguments by its shorthand. */
export function valueText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  const isWord = typeof value === 'object' && value !== null && Object.keys(value).join() === 'type' && 'type' in value;
  return isWord ? String(value.type) : JSON.stringify(value);
}

/** `lead` and then `text`, wrapped at `width`; following lines start at `indent`. `leadWidth` is what `lead` takes on screen. */
export function hang(lead: string, indent: number, text: string, width: number, leadWidth = indent): string {
  let line = lead;
  let used = leadWidth;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const start = lines.length === 0 ? leadWidth : indent;
    if (used > start && used + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
      used = indent + word.length;
    } else {
      const gap = used > start ? 1 : 0;
      line += ' '.repeat(gap) + word;
      used += gap + word.length;
    }
  }
  return [...lines, line].join('\n');
}

const withDefaults = ({style = createStyle(false), width = 80}: RenderOptions): Required<RenderOptions> => ({
  style,
  width: Math.max(width, 40),
});

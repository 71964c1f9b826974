import {type TObject, type TSchema, Type} from '@sinclair/typebox';
import type {Definition} from '../spec/define.js';
import {argumentsOf, valueText} from './definitions.js';
import type {WordKind} from './vocabulary.js';

/** Kinds of words by name. */
type Kinds = Readonly<Record<string, WordKind>>;

/** The reference in docs/reference/: a page for each kind of words and one that lists them, by file name. */
export function referencePages(kinds: Kinds): ReadonlyMap<string, string> {
  const pages = Object.keys(kinds).map((kind) => [`${kind}.md`, page(kind, kinds)] as const);
  return new Map([['README.md', contents(kinds)], ...pages]);
}

const origin = '<!-- Written by scripts/generate.ts from the definitions in src/. -->';

/** A page about a file or a part of one: its keys, a table each. */
export function keysPage(
  title: string,
  about: string,
  tables: Readonly<Record<string, {readonly about: string; readonly keys: TObject}>>,
  kinds: Kinds,
): string {
  const parts = Object.entries(tables).flatMap(([name, {about: text, keys}]) => [
    `## ${name}`,
    text,
    argumentTable(keys, kinds).replace('| argument |', '| key |'),
  ]);
  return `${[origin, `# ${title}`, about, ...parts].join('\n\n')}\n`;
}

function contents(kinds: Kinds): string {
  const sections = Object.entries(kinds).map(([kind, words]) => {
    const {place, summary} = words;
    const links = groupsOf(words).map(({title, members}) => {
      const names = members.map(({type}) => `[${type}](${kind}.md#${anchor(type)})`).join(' · ');
      return title === undefined ? names : `**${title}**: ${names}`;
    });
    return [`## [${titleOf(words)}](${kind}.md)`, `${summary} For \`${place}\`.`, ...links].join('\n\n');
  });
  const about =
    'Every word that a spec can be made of. `exp words` prints the same: `exp words losses`, `exp words losses huber`, `exp words huber`.';
  return `${[origin, '# Reference', about, ...sections].join('\n\n')}\n`;
}

function page(kind: string, kinds: Kinds): string {
  const words = kinds[kind]!;
  const {place, summary, members, noun, common} = words;
  const tables = groupsOf(words).map((group) => {
    const rows = group.members.map(({type, summary}) => `| [${type}](#${anchor(type)}) | ${prose(summary)} |`);
    return [`| ${group.title ?? noun} | |`, '|---|---|', ...rows].join('\n');
  });
  const shared = common
    ? [`Every ${noun} takes, beside its own arguments:`, argumentTable(Type.Object(common), kinds)]
    : [];
  const parts = [
    origin,
    `# ${titleOf(words)}`,
    `${prose(summary)} For \`${place}\`. \`exp words ${kind}\` lists them as well; [Reference](README.md) has the other kinds.`,
    ...tables,
    ...shared,
    ...Object.values(members).map((member) => section(words, member, kinds)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The words of a kind under their headings; one group without a title where there are none. */
function groupsOf({
  groups = {},
  members,
}: WordKind): readonly {readonly title: string | undefined; readonly members: Definition[]}[] {
  const found: {title: string | undefined; members: Definition[]}[] = [];
  for (const member of Object.values(members)) {
    const title = groups[member.type];
    if (title !== undefined || found.length === 0) found.push({title, members: []});
    found.at(-1)!.members.push(member);
  }
  return found;
}

function section(kind: WordKind, definition: Definition, kinds: Kinds): string {
  const {facts = {}, example} = kind.describe(definition);
  const parts = [`## ${definition.type}`, prose(definition.summary)];
  const factLines = Object.entries(facts).map(([name, text]) => `- ${name}: ${prose(text)}`);
  if (factLines.length > 0) parts.push(factLines.join('\n'));
  parts.push(argumentTable(definition.args, kinds));
  if (example) parts.push(`\`\`\`yaml\n${example}\n\`\`\``);
  return parts.join('\n\n');
}

function argumentTable(args: TObject, kinds: Kinds): string {
  const rows = argumentsOf(args).map((argument) => {
    const schema = (args.properties as Readonly<Record<string, TSchema>>)[argument.name]!;
    const standard = argument.default === undefined ? '' : code(valueText(argument.default));
    const state = argument.required ? '**required**' : standard;
    return `| \`${argument.name}\` | ${typeCell(schema, argument.type, kinds)} | ${state} | ${prose(argument.description)} |`;
  });
  if (rows.length === 0) return 'No arguments.';
  return ['| argument | type | default | |', '|---|---|---|---|', ...rows].join('\n');
}

/** Words of another kind are a link to its page, not a list. */
function typeCell(schema: TSchema, text: string, kinds: Kinds): string {
  const words = (schema.enum as readonly string[] | undefined)?.join();
  const found = Object.entries(kinds).find(
    ([, {noun, members}]) => noun === schema.title || words === Object.keys(members).join(),
  );
  return found ? `[${found[1].noun}](${found[0]}.md)` : code(text);
}

const titleOf = ({noun}: WordKind): string => {
  const plural = `${noun.replace(/(ss|s)$/, '$1e')}s`;
  return plural[0]!.toUpperCase() + plural.slice(1);
};

/** As GitHub makes it of a heading that is one word. */
const anchor = (name: string): string => name.toLowerCase();

/** Inside a table, where a bar would end the cell. */
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Text with nothing left that Markdown would take for itself, but for what is between backticks. */
const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part.replaceAll('|', '\\|') : part.replace(/[\\<*|]|\](?=[([])|\b_|_\b/g, '\\$&')))
    .join('');

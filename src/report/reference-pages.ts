import {type TObject, type TSchema, Type} from '@sinclair/typebox';
import type {Definition} from '../spec/define.js';
import {argumentsOf, valueText} from './definitions.js';
import {type KindName, wordKinds} from './vocabulary.js';

/** The reference in docs/reference/: a page for each kind of words and one that lists them, by file name. */
export function referencePages(): ReadonlyMap<string, string> {
  const kinds = Object.keys(wordKinds) as KindName[];
  return new Map([['README.md', contents(kinds)], ...kinds.map((kind) => [`${kind}.md`, page(kind)] as const)]);
}

const origin = '<!-- Written by scripts/generate.ts from the definitions in src/. -->';

function contents(kinds: readonly KindName[]): string {
  const sections = kinds.map((kind) => {
    const {place, summary} = wordKinds[kind];
    const links = groupsOf(kind).map(({title, members}) => {
      const names = members.map(({type}) => `[${type}](${kind}.md#${anchor(type)})`).join(' · ');
      return title === undefined ? names : `**${title}**: ${names}`;
    });
    return [`## [${titleOf(kind)}](${kind}.md)`, `${summary} For \`${place}\`.`, ...links].join('\n\n');
  });
  const about =
    'Every word that a spec can be made of. `exp words` prints the same: `exp words losses`, `exp words losses huber`, `exp words huber`.';
  return `${[origin, '# Reference', about, ...sections].join('\n\n')}\n`;
}

function page(kind: KindName): string {
  const {place, summary, members, noun, common} = wordKinds[kind];
  const tables = groupsOf(kind).map((group) => {
    const rows = group.members.map(({type, summary}) => `| [${type}](#${anchor(type)}) | ${prose(summary)} |`);
    return [`| ${group.title ?? noun} | |`, '|---|---|', ...rows].join('\n');
  });
  const shared = common ? [`Every ${noun} takes, beside its own arguments:`, argumentTable(Type.Object(common))] : [];
  const parts = [
    origin,
    `# ${titleOf(kind)}`,
    `${prose(summary)} For \`${place}\`. \`exp words ${kind}\` lists them as well; [Reference](README.md) has the other kinds.`,
    ...tables,
    ...shared,
    ...Object.values(members).map((member) => section(kind, member)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The words of a kind under their headings; one group without a title where there are none. */
function groupsOf(kind: KindName): readonly {readonly title: string | undefined; readonly members: Definition[]}[] {
  const {groups = {}, members} = wordKinds[kind];
  const found: {title: string | undefined; members: Definition[]}[] = [];
  for (const member of Object.values(members)) {
    const title = groups[member.type];
    if (title !== undefined || found.length === 0) found.push({title, members: []});
    found.at(-1)!.members.push(member);
  }
  return found;
}

function section(kind: KindName, definition: Definition): string {
  const {facts = {}, example} = wordKinds[kind].describe(definition);
  const parts = [`## ${definition.type}`, prose(definition.summary)];
  const factLines = Object.entries(facts).map(([name, text]) => `- ${name}: ${prose(text)}`);
  if (factLines.length > 0) parts.push(factLines.join('\n'));
  parts.push(argumentTable(definition.args));
  if (example) parts.push(`\`\`\`yaml\n${example}\n\`\`\``);
  return parts.join('\n\n');
}

function argumentTable(args: TObject): string {
  const rows = argumentsOf(args).map((argument) => {
    const schema = (args.properties as Readonly<Record<string, TSchema>>)[argument.name]!;
    const standard = argument.default === undefined ? '' : code(valueText(argument.default));
    const state = argument.required ? '**required**' : standard;
    return `| \`${argument.name}\` | ${typeCell(schema, argument.type)} | ${state} | ${prose(argument.description)} |`;
  });
  if (rows.length === 0) return 'No arguments.';
  return ['| argument | type | default | |', '|---|---|---|---|', ...rows].join('\n');
}

/** Words of another kind are a link to its page, not a list. */
function typeCell(schema: TSchema, text: string): string {
  const kind = (Object.keys(wordKinds) as KindName[]).find((candidate) => wordKinds[candidate].noun === schema.title);
  return kind ? `[${wordKinds[kind].noun}](${kind}.md)` : code(text);
}

const titleOf = (kind: KindName): string => {
  const plural = `${wordKinds[kind].noun.replace(/(ss|s)$/, '$1e')}s`;
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

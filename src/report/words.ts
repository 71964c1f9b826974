import type {Definition} from '../spec/define.js';
import {ExpError} from '../support/errors.js';
import {foreignHint, renderCatalogue} from './catalogue.js';
import {hang, type RenderOptions} from './definitions.js';
import {createStyle} from './style.js';
import {type KindName, type WordKind, wordKinds} from './vocabulary.js';

export type WordOptions = RenderOptions & {readonly json: boolean};

/** All words of a kind, or one of them. @throws ExpError USAGE when there is no such word */
export const renderKind = (kind: KindName, name: string | undefined, options: WordOptions): string =>
  renderCatalogue<Definition>(wordKinds[kind], name, options);

/** Kinds of words by name. */
type Kinds = Readonly<Record<string, WordKind>>;

/**
 * What `exp words` prints: the kinds; the words of one; a word of a kind; or, where the first is no kind, that word in every kind that
 * has it.
 * @param all the kinds there are
 * @throws ExpError USAGE when there is no such kind or word
 */
export function renderWords(
  kindOrName: string | undefined,
  name: string | undefined,
  options: WordOptions,
  all: Kinds,
): string {
  if (kindOrName === undefined) return renderKinds(all, options);
  const kinds = Object.entries(all);
  const found = kinds.find(([candidate, {noun}]) => candidate === kindOrName || noun === kindOrName);
  if (found) return renderCatalogue(found[1], name, options);
  const holders = kinds.filter(([, {members}]) => Object.hasOwn(members, kindOrName));
  if (name !== undefined || holders.length === 0) throw unknownWord(kindOrName, name !== undefined, all);
  if (!options.json) {
    const {style = createStyle(false)} = options;
    const pages = holders.map(
      ([holder, kind]) => `${style.dim(holder)}\n\n${renderCatalogue(kind, kindOrName, options)}`,
    );
    return pages.join('\n\n');
  }
  const pages = holders.map(([holder, kind]) => [holder, JSON.parse(renderCatalogue(kind, kindOrName, options))]);
  return JSON.stringify(Object.fromEntries(pages), null, 2);
}

function renderKinds(all: Kinds, {json, style = createStyle(false), width = 80}: WordOptions): string {
  if (json) {
    const rows = Object.entries(all).map(([kind, {place, summary, members}]) => ({
      kind,
      place,
      summary,
      words: Object.keys(members),
    }));
    return JSON.stringify(rows, null, 2);
  }
  const column = Math.max(...Object.keys(all).map((kind) => kind.length)) + 2;
  const lines = Object.entries(all).map(([kind, {summary, members, place}]) => {
    const text = `${summary} ${Object.keys(members).length} words for ${place}.`;
    return hang(style.bold(kind) + ' '.repeat(column - kind.length), column, text, Math.max(width, 40));
  });
  return [...lines, '', style.dim('exp words KIND lists them; exp words NAME documents one.')].join('\n');
}

function unknownWord(word: string, isKind: boolean, all: Kinds): ExpError {
  const kinds = Object.keys(all);
  const names = isKind ? [] : Object.values(all).flatMap(({members}) => Object.keys(members));
  const hints = isKind ? [] : Object.values(all).map(({hints}) => hints);
  return new ExpError(
    'USAGE',
    isKind ? `there is no kind of words \`${word}\`` : `there is no word \`${word}\``,
    foreignHint(word, [...kinds, ...new Set(names)], hints) ?? `the kinds are ${kinds.join(', ')}`,
  );
}

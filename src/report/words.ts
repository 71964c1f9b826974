import type {Definition} from '../spec/define.js';
import {ExpError} from '../support/errors.js';
import {foreignHint, renderCatalogue} from './catalogue.js';
import {hang, type RenderOptions} from './definitions.js';
import {createStyle} from './style.js';
import {type KindName, wordKinds} from './vocabulary.js';

export type WordOptions = RenderOptions & {readonly json: boolean};

/** All words of a kind, or one of them. @throws ExpError USAGE when there is no such word */
export const renderKind = (kind: KindName, name: string | undefined, options: WordOptions): string =>
  renderCatalogue<Definition>(wordKinds[kind], name, options);

/**
 * What `exp words` prints: the kinds; the words of one; a word of a kind; or, where the first is no kind, that word in every kind that
 * has it.
 * @throws ExpError USAGE when there is no such kind or word
 */
export function renderWords(kindOrName: string | undefined, name: string | undefined, options: WordOptions): string {
  const kinds = Object.keys(wordKinds) as KindName[];
  if (kindOrName === undefined) return renderKinds(kinds, options);
  const kind = kinds.find((candidate) => candidate === kindOrName || wordKinds[candidate].noun === kindOrName);
  if (kind) return renderKind(kind, name, options);
  const holders = kinds.filter((candidate) => Object.hasOwn(wordKinds[candidate].members, kindOrName));
  if (name !== undefined || holders.length === 0) throw unknownWord(kindOrName, name !== undefined);
  if (!options.json) {
    const {style = createStyle(false)} = options;
    return holders.map((holder) => `${style.dim(holder)}\n\n${renderKind(holder, kindOrName, options)}`).join('\n\n');
  }
  const found = holders.map((holder) => [holder, JSON.parse(renderKind(holder, kindOrName, options)) as unknown]);
  return JSON.stringify(Object.fromEntries(found), null, 2);
}

function renderKinds(kinds: readonly KindName[], {json, style = createStyle(false), width = 80}: WordOptions): string {
  if (json) {
    const rows = kinds.map((kind) => {
      const {place, summary, members} = wordKinds[kind];
      return {kind, place, summary, words: Object.keys(members)};
    });
    return JSON.stringify(rows, null, 2);
  }
  const column = Math.max(...kinds.map((kind) => kind.length)) + 2;
  const lines = kinds.map((kind) => {
    const {summary, members, place} = wordKinds[kind];
    const text = `${summary} ${Object.keys(members).length} words for ${place}.`;
    return hang(style.bold(kind) + ' '.repeat(column - kind.length), column, text, Math.max(width, 40));
  });
  return [...lines, '', style.dim('exp words KIND lists them; exp words NAME documents one.')].join('\n');
}

function unknownWord(word: string, isKind: boolean): ExpError {
  const kinds = Object.keys(wordKinds);
  const names = isKind ? [] : Object.values(wordKinds).flatMap(({members}) => Object.keys(members));
  const hints = isKind ? [] : Object.values(wordKinds).map(({hints}) => hints);
  return new ExpError(
    'USAGE',
    isKind ? `there is no kind of words \`${word}\`` : `there is no word \`${word}\``,
    foreignHint(word, [...kinds, ...new Set(names)], hints) ?? `the kinds are ${kinds.join(', ')}`,
  );
}

import {byFrequency} from './categorical.js';

/** How texts are cut into tokens. */
export type TokenUnit = 'whitespace' | 'word' | 'character' | 'byte';

/** What a vocabulary starts with: token 0 fills up short texts, token 1 stands for what training texts lack. */
export const reserved = ['<pad>', '<unknown>'] as const;

/** Number of the first token that stands for itself. */
export const firstToken = reserved.length;

/** How token numbers come about: plain JSON. */
export type Vocabulary = {
  readonly tokens: TokenUnit;
  /** Whether texts are lower-cased first. */
  readonly lowercase: boolean;
  /** Token `firstToken` is the first of them. Empty for bytes: byte b is token b + firstToken. */
  readonly vocabulary: readonly string[];
};

const wordPattern = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*|\S/gu;

/**
 * Cuts a text. whitespace: at runs of white space and nowhere else; word: runs of letters, digits and underscores (with apostrophes
 * inside, `don't`), and every other character that is not white space by itself; character: Unicode code points.
 */
export function cut(text: string, unit: Exclude<TokenUnit, 'byte'>): readonly string[] {
  if (unit === 'character') return [...text];
  return text.match(unit === 'word' ? wordPattern : /\S+/g) ?? [];
}

/**
 * Learns which tokens get a number, the most frequent first, equally frequent ones in the order of their character codes.
 * @param limit tokens at most, the reserved ones counted. @param minCount occurrences a token needs
 */
export function learnVocabulary(
  texts: Iterable<string>,
  {tokens, lowercase, limit, minCount}: Omit<Vocabulary, 'vocabulary'> & {limit?: number | undefined; minCount: number},
): Vocabulary {
  if (tokens === 'byte') return {tokens, lowercase, vocabulary: []};
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const token of cut(lowercase ? text.toLowerCase() : text, tokens)) {
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  const frequent = byFrequency(counts).filter(([, count]) => count >= minCount);
  const kept = frequent.slice(0, limit === undefined ? undefined : Math.max(0, limit - firstToken));
  return {tokens, lowercase, vocabulary: kept.map(([token]) => token)};
}

/** How many token numbers there are, the reserved ones counted. */
export const numTokens = ({tokens, vocabulary}: Vocabulary): number =>
  firstToken + (tokens === 'byte' ? 256 : vocabulary.length);

/** The function from a text to its token numbers. */
export function tokenizer({tokens, lowercase, vocabulary}: Vocabulary): (text: string) => Int32Array {
  const cased = (text: string): string => (lowercase ? text.toLowerCase() : text);
  if (tokens === 'byte') {
    const encoder = new TextEncoder();
    return (text) => Int32Array.from(encoder.encode(cased(text)), (byte) => byte + firstToken);
  }
  const numbers = new Map(vocabulary.map((token, place) => [token, place + firstToken]));
  return (text) => Int32Array.from(cut(cased(text), tokens), (token) => numbers.get(token) ?? 1);
}

/** Names of the token numbers in order, as classes. Bytes that are no printable ASCII are written <0x0A>. */
export function tokenNames({tokens, vocabulary}: Vocabulary): readonly string[] {
  if (tokens !== 'byte') return [...reserved, ...vocabulary];
  const nameOf = (byte: number): string =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  return [...reserved, ...Array.from({length: 256}, (_, byte) => nameOf(byte))];
}

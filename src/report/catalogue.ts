import type {Definition} from '../spec/define.js';
import {comparable, nearest} from '../spec/suggest.js';
import {ExpError} from '../support/errors.js';
import {
  type DefinitionJson,
  definitionJson,
  type RenderOptions,
  renderDefinition,
  renderDefinitionList,
} from './definitions.js';

/** A registry as a command shows it. */
export interface Catalogue<Member extends Definition> {
  /** `layer`, for messages. */
  readonly noun: string;
  readonly members: Readonly<Record<string, Member>>;
  /** What to say to somebody who asks for a word of another framework, by `comparable` name. */
  readonly hints?: Readonly<Record<string, string>>;
  /** What is worth telling of a member beside its arguments. */
  describe(member: Member): Pick<DefinitionJson, 'facts' | 'example'>;
}

/**
 * All members of a registry, or one of them, as text or as JSON.
 * @param name of the member to document; all are listed without it
 * @throws ExpError USAGE when there is no such member
 */
export function renderCatalogue<Member extends Definition>(
  {noun, members, hints, describe}: Catalogue<Member>,
  name: string | undefined,
  options: RenderOptions & {readonly json: boolean},
): string {
  const inFull = (member: Member): DefinitionJson => definitionJson(member, describe(member));
  const all = Object.values(members);
  if (name === undefined) {
    return options.json ? JSON.stringify(all.map(inFull), null, 2) : renderDefinitionList(all, options);
  }
  const member = Object.hasOwn(members, name) ? members[name] : undefined;
  if (!member) {
    const names = Object.keys(members);
    const hint = foreignHint(name, names, [hints]) ?? `there are ${names.join(', ')}`;
    throw new ExpError('USAGE', `there is no ${noun} \`${name}\``, hint);
  }
  return options.json ? JSON.stringify(inFull(member), null, 2) : renderDefinition(inFull(member), options);
}

/** What to tell somebody who asks for a word that there is not; of `torch.optim.AdamW` the last part counts. */
export function foreignHint(
  word: string,
  names: Iterable<string>,
  hints: readonly (Readonly<Record<string, string>> | undefined)[],
): string | undefined {
  const bare = word.slice(word.lastIndexOf('.') + 1);
  const written = hints.flatMap((one) => one?.[comparable(bare)] ?? []);
  if (written.length > 0) return written.join('\n');
  const guess = nearest(bare, names);
  return guess === undefined ? undefined : `did you mean \`${guess}\`?`;
}

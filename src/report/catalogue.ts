import type {Definition} from '../spec/define.js';
import {nearest} from '../spec/suggest.js';
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
  /** What is worth telling of a member beside its arguments. */
  describe(member: Member): Pick<DefinitionJson, 'facts' | 'example'>;
}

/**
 * All members of a registry, or one of them, as text or as JSON.
 * @param name of the member to document; all are listed without it
 * @throws ExpError USAGE when there is no such member
 */
export function renderCatalogue<Member extends Definition>(
  {noun, members, describe}: Catalogue<Member>,
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
    const guess = nearest(name, Object.keys(members));
    const names = Object.keys(members).join(', ');
    throw new ExpError(
      'USAGE',
      `there is no ${noun} \`${name}\``,
      guess ? `did you mean \`${guess}\`?` : `there are ${names}`,
    );
  }
  return options.json ? JSON.stringify(inFull(member), null, 2) : renderDefinition(inFull(member), options);
}

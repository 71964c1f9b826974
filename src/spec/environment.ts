import {Composer, isScalar, Parser} from 'yaml';
import {isSecretName, rememberSecret} from '../support/secrets.js';
import type {LocatedScalar, Scalar} from './located.js';

/** Environment variables by name; process.env fits. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Why a variable could not be read. */
interface Refusal {
  readonly message: string;
  readonly hint: string;
}

/**
 * The value of an environment variable, in place of the reference to it. A secret is remembered, so that it is in no message, screen or
 * file.
 * @param inner `NAME` or `NAME:-default`
 */
export function readVariable(
  inner: string,
  node: LocatedScalar,
  environment: Environment,
  isSecret: boolean,
): {readonly node: LocatedScalar} | Refusal {
  const [, name, written] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner) ?? [];
  if (name === undefined) {
    return {
      message: `\`${inner}\` is no name of an environment variable`,
      hint: `write \${env:NAME}, \${env:NAME:-default} or \${secret:NAME}`,
    };
  }
  const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
  const isSet = found !== undefined && found !== '';
  // A secret that is written down is none.
  const fallback = isSecret ? undefined : written;
  if (!isSet && fallback === undefined) {
    const hint = isSecret ? 'set it' : `set it, or give a default: \${env:${name}:-value}`;
    return {message: `the environment variable ${name} is not set`, hint};
  }
  const {source, start} = node.place;
  const writtenAt = source.kind === 'override' ? source.text : `${source.name}:${source.positionAt(start).line}`;
  const value = readScalar(isSet ? found : (fallback ?? ''));
  const origin = {kind: 'env', name, isSet, writtenAt} as const;
  if (!isSet || !(isSecret || isSecretName(name))) return {node: {...node, value, origin}};
  rememberSecret(found);
  return {node: {...node, value, origin: {...origin, secret: `\${secret:${name}}`}}};
}

/** `3` is a number, `true` a truth value, everything else text: YAML's own rules for one plain scalar. */
function readScalar(text: string): Scalar {
  if (!/^[-+.\w]{1,40}$/.test(text)) return text;
  const [document] = new Composer({logLevel: 'silent'}).compose(new Parser().parse(text), true, text.length);
  const value = isScalar(document?.contents) && document.errors.length === 0 ? document.contents.value : text;
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

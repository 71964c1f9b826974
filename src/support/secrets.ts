/** Names of environment variables, keys and query parameters that hold what nobody else may know. */
const secretName =
  /(token|secret|passw(or)?d|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|signature|[_-]sig)$|^(pw|pwd|sig|auth)$/i;

/** Whether a name says that its value is a secret: `HF_TOKEN`, `data.apiKey`, `X-Amz-Signature`. */
export const isSecretName = (name: string): boolean => secretName.test(name);

/** Shorter ones could not be told from the rest of a text. */
const minLength = 4;

const known = new Set<string>();

/** From here on the value is left out of messages, screens and files. */
export function rememberSecret(value: string): void {
  if (value.length >= minLength) known.add(value);
}

/** A text with all known secrets, as they are, as JSON or a URL would write them, replaced by `***`. */
export function withoutSecrets(text: string): string {
  let result = text;
  for (const secret of known) {
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])) {
      if (result.includes(form)) result = result.replaceAll(form, '***');
    }
  }
  return result;
}

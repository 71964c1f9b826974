import {ExpError} from '../../../support/errors.js';

/**
 * A value as one word of a shell, whatever is in it: in single quotes nothing has a meaning but the single quote itself. sbatch reads its
 * #SBATCH lines by the same rule.
 * @param where the value comes from, for messages
 * @throws ExpError SPEC_INVALID for line breaks and other control characters: a script and sbatch read lines
 */
export function shellQuote(value: string, where: string): string {
  if (/\p{Cc}/u.test(value)) {
    throw new ExpError(
      'SPEC_INVALID',
      `${where} holds a line break or another control character: ${JSON.stringify(value)}`,
      'write it on one line',
    );
  }
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

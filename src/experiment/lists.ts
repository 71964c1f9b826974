/** The parts of a flag that are separated by commas; undefined without the flag. */
export const listOf = (text: string | undefined): readonly string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** What `--group-by` names; nothing for `none`. */
export const groupKeys = (text: string | undefined): readonly string[] | undefined =>
  text === 'none' ? [] : listOf(text);

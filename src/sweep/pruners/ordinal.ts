const suffixes = new Map([
  ['one', 'st'],
  ['two', 'nd'],
  ['few', 'rd'],
]);

const rules = new Intl.PluralRules('en', {type: 'ordinal'});

/** 1st, 2nd, 3rd, 11th, 12.5th. */
export const ordinal = (value: number): string => `${value}${suffixes.get(rules.select(value)) ?? 'th'}`;

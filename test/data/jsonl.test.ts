import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {collect, dataSpec, describe, jsonlSource, load, plainInfo, rejectsWith, shown} from './fixtures.js';

t.test('types decide: numbers, texts, truth values; keys in any order', async (t) => {
  const dir = t.testdir({
    'table.jsonl':
      '\uFEFF{"a": 1.5, "zip": "0123", "on": true, "note": {"x": [1]}, "y": "no"}\r\n\n{"y": "yes", "on": false, "zip": "99", "a": -2, "more": 1}\n{"a": 0, "zip": "99", "on": true, "y": "no"}',
  });
  const data = await load(dataSpec(jsonlSource({ignore: ['note', 'more']})), dir);
  t.match(plainInfo(data.info), {inputShape: [5], task: 'classification', classNames: ['no', 'yes'], numTrain: 3});
  // a, zip = 99, zip = 0123 (words that are numbers sort as numbers), on = false, on = true
  t.strictSame(collect(data.train), {
    inputs: [1.5, 0, 1, 0, 1, -2, 1, 0, 1, 0, 0, 1, 0, 0, 1],
    targets: [0, 1, 0],
    sizes: [3],
  });
});

t.test('declared kinds win: truth values as numbers, numbers as categories', async (t) => {
  const dir = t.testdir({'table.jsonl': '{"on": true, "n": 3, "y": 1}\n{"on": false, "n": 1, "y": 2.5}\n'});
  const source = jsonlSource({columns: {on: {type: 'numeric'}, n: {type: 'categorical'}}});
  const data = await load(dataSpec(source), dir, 'values');
  t.match(plainInfo(data.info), {task: 'regression', targetShape: [1]});
  t.strictSame(collect(data.train), {inputs: [1, 0, 1, 0, 1, 0], targets: [1, 2.5], sizes: [2]});
});

const missingHint = (name: string) =>
  `fill it in, impute it (columns: {${name}: {type: numeric, impute: median}}), or leave the column out: ignore: [${name}]`;
const objectHint = 'each line holds one object: {"a": 1, "y": "yes"}';
const badCases: Readonly<Record<string, {table: string; message: string; hint?: string}>> = {
  'an empty file': {table: '\n \n', message: ' is empty; expected one JSON object a line'},
  'not JSON': {
    table: '{"a": 1, "y": "no"}\n{"a": 1, \n',
    message: ':2 is not JSON: "{\\"a\\": 1,"',
    hint: 'each line holds one whole object: {"a": 1, "y": "yes"}',
  },
  'a list': {table: '[1, 2]\n', message: ':1 is not a JSON object: "[1, 2]"', hint: objectHint},
  'a value that lacks': {
    table: '{"a": 1, "y": "no"}\n\n{"y": "yes"}\n',
    message: ':3 column "a" is missing; missing values are not accepted',
    hint: missingHint('a'),
  },
  null: {
    table: '{"a": null, "y": "no"}\n',
    message: ':1 column "a" is null; missing values are not accepted',
    hint: missingHint('a'),
  },
  'an empty text': {
    table: '{"a": "", "y": "no"}\n',
    message: ':1 column "a" is empty; missing values are not accepted',
    hint: missingHint('a'),
  },
  'a new column': {
    table: '{"a": 1, "y": "no"}\n{"a": 1, "b": 2, "y": "no"}\n',
    message: ':2 has the column "b", which the first line lacks; it has a, y',
    hint: 'leave it out (ignore: [b]), or give every line the same columns',
  },
  'a map': {
    table: '{"a": {"b": 1}, "y": "no"}\n',
    message: ':1 column "a" holds a map; expected numbers, texts or truth values',
    hint: 'leave it out: ignore: [a]',
  },
  'a text among numbers': {
    table: '{"a": 1, "y": "no"}\n{"a": "2", "y": "no"}\n',
    message: ':2 column "a" is "2"; expected a number',
    hint: 'for a column of words: columns: {a: categorical}',
  },
  'a number too large': {
    table: '{"a": 1e39, "y": "no"}\n',
    message: ':1 column "a" is 1e+39; expected a number that a 32-bit float can hold (below 3.4e38)',
  },
  'a misspelt target': {
    table: '{"a": 1, "Y": "no"}\n',
    message: ' has no column "y" (data.source.target); its columns are a, Y',
    hint: 'did you mean Y?',
  },
};

for (const [name, {table, message, hint}] of Object.entries(badCases)) {
  t.test(`bad: ${name}`, async (t) => {
    const dir = t.testdir({});
    writeFileSync(path.join(dir, 'table.jsonl'), table);
    const expected = {code: 'DATA_INVALID', message: shown(dir, 'table.jsonl') + message, hint} as const;
    await rejectsWith(load(dataSpec(jsonlSource()), dir), expected);
    await rejectsWith(describe(dataSpec(jsonlSource()), dir), expected);
  });
}

t.test('a category that only the test table has is placed in it', async (t) => {
  const dir = t.testdir({
    'table.jsonl': '{"a": "u", "y": 0}\n{"a": "v", "y": 1}\n',
    'test.jsonl': '{"a": "u", "y": 1}\n{"a": "w", "y": 1}\n',
  });
  await rejectsWith(load(dataSpec(jsonlSource({testPath: 'test.jsonl'})), dir, 'values'), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'test.jsonl')}:2 column "a" has the category "w", which no training row has; they have u, v`,
    hint: 'mend the row, or set unknownCategories: bucket or zeros',
  });
});

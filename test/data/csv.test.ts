import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import t from 'tap';
import {bytesInMemory} from '../../src/data/files/byte-source.js';
import {readCsvTable} from '../../src/data/files/csv-table.js';
import {ExpError} from '../../src/support/errors.js';
import {Rng} from '../../src/support/random.js';
import {
  collect,
  csvSource,
  dataSpec,
  describe,
  type ExpectedError,
  load,
  plainInfo,
  rejectsWith,
  shown,
} from './fixtures.js';

t.test('numbers stay numbers, words become one input each, classes are sorted', async (t) => {
  const dir = t.testdir({
    'table.csv': '\uFEFFage, color ,note,y\r\n1.5,red,x,no\r\n\r\n-2e1,"deep ""blue""",x,yes\r\n.5,red,"a,b",maybe\r\n',
  });
  const data = await load(dataSpec(csvSource({ignore: ['note']})), dir);
  t.strictSame(plainInfo(data.info), {
    inputShape: [3],
    task: 'classification',
    numClasses: 3,
    classNames: ['maybe', 'no', 'yes'],
    targetShape: [],
    numTrain: 3,
    numValidation: 0,
    numTest: 0,
  });
  // age, color = deep "blue", color = red
  t.strictSame(collect(data.train), {inputs: [1.5, 0, 1, -20, 1, 0, 0.5, 0, 1], targets: [1, 2, 0], sizes: [3]});
  t.strictSame(data.fitted, {
    'data.source': {
      columns: {
        age: {type: 'numeric', fill: null, clip: null, log1p: false, scale: 'none'},
        color: {
          type: 'categorical',
          encode: 'oneHot',
          unknown: 'error',
          fill: null,
          categories: ['deep "blue"', 'red'],
        },
      },
      inputs: {input: ['age', 'color']},
      targets: {target: {task: 'classification', columns: ['y'], classNames: ['maybe', 'no', 'yes']}},
    },
  });
});

t.test('a target of numbers is regression unless the spec says otherwise', async (t) => {
  const dir = t.testdir({'table.csv': 'a,y\n1,10\n2,9\n3,10\n'});
  const regression = await load(dataSpec(csvSource()), dir, 'values');
  t.match(plainInfo(regression.info), {task: 'regression', targetShape: [1], numClasses: undefined});
  t.strictSame(collect(regression.train).targets, [10, 9, 10]);
  const classes = await load(dataSpec(csvSource({task: 'classification'})), dir);
  t.match(
    plainInfo(classes.info),
    {task: 'classification', numClasses: 2, classNames: ['9', '10']},
    'numbers sort as numbers',
  );
  t.strictSame(collect(classes.train).targets, [1, 0, 1]);
});

t.test('several targets, declared kinds, no header, tabs, gzip', async (t) => {
  const dir = t.testdir({});
  writeFileSync(path.join(dir, 'table.tsv.gz'), gzipSync('1\t7\t0.5\t-1\n2\t8\t1.5\t-2\n'));
  const source = csvSource({
    path: 'table.tsv.gz',
    header: false,
    delimiter: '\t',
    target: ['4', '3'],
    columns: {'2': {type: 'categorical'}},
  });
  const data = await load(dataSpec(source), dir, 'values');
  t.strictSame(plainInfo(data.info).targetShape, [2]);
  t.strictSame(collect(data.train), {inputs: [1, 1, 0, 2, 0, 1], targets: [-1, 0.5, -2, 1.5], sizes: [2]});
});

t.test('a test table is read by name; its own columns do not matter', async (t) => {
  const dir = t.testdir({
    'table.csv': 'a,kind,y\n1,u,no\n2,v,yes\n',
    'test.csv': 'y,extra,kind,a\nyes,?,w,5\nno,,v,6\n',
  });
  const spec = dataSpec(csvSource({testPath: 'test.csv', unknownCategories: 'zeros'}));
  const data = await load(spec, dir);
  t.strictSame(collect(data.test!), {inputs: [5, 0, 0, 6, 0, 1], targets: [1, 0], sizes: [2]});
  await rejectsWith(load(dataSpec(csvSource({testPath: 'test.csv'})), dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'test.csv')}:2:7 column "kind" has the category "w", which no training row has; they have u, v`,
    hint: 'mend the row, or set unknownCategories: bucket or zeros',
  });
});

t.test('testFraction holds out the same part of each class, whatever the seed of the run', async (t) => {
  const rows = Array.from({length: 40}, (_, i) => `${i},${i % 4 === 0 ? 'rare' : 'often'}`);
  const dir = t.testdir({'table.csv': `a,y\n${rows.join('\n')}\n`});
  const spec = dataSpec(csvSource({testFraction: 0.2}));
  const one = await load(spec, dir, 'classIndex', 1);
  const two = await load(spec, dir, 'classIndex', 2);
  const test = collect(one.test!);
  t.strictSame(test, collect(two.test!));
  t.strictSame(test.targets.slice().sort(), [0, 0, 0, 0, 0, 0, 1, 1], '6 of 30 often, 2 of 10 rare');
  const all = [...test.inputs, ...collect(one.train).inputs].sort((a, b) => a - b);
  t.strictSame(
    all,
    Array.from({length: 40}, (_, i) => i),
  );
  const other = await load(dataSpec(csvSource({testFraction: 0.2, splitSeed: 1})), dir);
  t.not(String(collect(other.test!).inputs), String(test.inputs));
});

interface BadCase {
  readonly table: string | Uint8Array;
  readonly test?: string;
  readonly source?: Parameters<typeof csvSource>[0];
  /** After the file's path. */
  readonly message: string;
  readonly hint?: string;
  readonly file?: string;
}

const quoteHint = 'inside quotes a quote is written twice: ""';
const badCases: Readonly<Record<string, BadCase>> = {
  'an empty file': {table: '', message: ' is empty; expected a table'},
  'a header and no rows': {table: 'a,y\n', message: ' holds a header and no rows'},
  'a ragged row': {table: 'a,b,y\n1,2,no\n\n3,yes\n', message: ':4:1 has 2 fields; the header has 3'},
  'a ragged row without header': {
    table: '1,2\n1,2,3\n',
    source: {header: false, target: '2'},
    message: ':2:1 has 3 fields; the first row has 2',
  },
  NaN: {table: 'a,y\n1,no\nNaN,yes\n', message: ':3:1 column "a" is NaN; expected a finite number'},
  'NaN at once': {table: 'y,a\nno,nan\n', message: ':2:4 column "a" is nan; expected a finite number'},
  infinity: {table: 'y,a\nno,1\nno, -inf\n', message: ':3:5 column "a" is -inf; expected a finite number'},
  'an empty cell': {
    table: 'a,b,y\n1,2,no\n1,,yes\n',
    message: ':3:3 column "b" is empty; missing values are not accepted',
    hint: 'fill it in, impute it (columns: {b: {type: numeric, impute: median}}), or leave the column out: ignore: [b]',
  },
  NA: {
    table: 'a,y\nNA,no\n',
    message: ':2:1 column "a" is NA; missing values are not accepted',
    hint: 'if NA is a category: columns: {a: categorical}',
  },
  'a word among numbers': {
    table: 'a,y\n1,no\n12a,yes\n',
    message: ':3:1 column "a" is "12a"; expected a number',
    hint: 'for a column of words: columns: {a: categorical}',
  },
  'a place after quoted line breaks': {
    table: 'note,b,y\r\n"1\r\n, ""2""", 3,no\r\n"4\r\n,5", x,yes\r\n',
    message: ':5:6 column "b" is "x"; expected a number',
    hint: 'for a column of words: columns: {b: categorical}',
  },
  'a long cell with a line break': {
    table: `a,y\n1,no\n"x\n${'long'.repeat(20)}",yes\n`,
    message: `:3:1 column "a" is "x\\n${'long'.repeat(9)}lo…"; expected a number`,
    hint: 'for a column of words: columns: {a: categorical}',
  },
  'a number too large': {
    table: 'a,y\n1e39,no\n',
    message: ':2:1 column "a" is 1e39; expected a number that a 32-bit float can hold (below 3.4e38)',
  },
  'a column named twice': {
    table: 'a,b,a,y\n1,2,3,no\n',
    message: ':1:5 names a second column "a"; the first is number 1',
  },
  'a column without a name': {
    table: 'a,,y\n1,2,no\n',
    message: ':1:3 has no column name',
    hint: 'name it, set header: false, or write the table without row numbers (pandas: index=False)',
  },
  'a quote never closed': {
    table: 'a,y\n1,"no\n2,yes\n',
    message: ':2:3 opens a quote that is never closed',
    hint: quoteHint,
  },
  'text after a quote': {table: 'a,y\n1,"no"x\n', message: ':2:3 has text after a closing quote', hint: quoteHint},
  'a quote in a field': {table: 'a,y\n1,n"o\n', message: ':2:3 has a quote in the middle of a field', hint: quoteHint},
  'Latin-1': {
    table: Buffer.from('a,y\n1,caf\xe9\n', 'latin1'),
    message: ' is not UTF-8 text',
    hint: 'save it as UTF-8',
  },
  'UTF-16 without a byte order mark': {
    table: Buffer.from('a,y\n1,no\n', 'utf16le'),
    message: ' is not UTF-8 text',
    hint: 'save it as UTF-8',
  },
  'another delimiter': {
    table: 'a;y\n1;no\n',
    message: ' has no column "y" (data.source.target); its columns are a;y',
    hint: 'its fields seem to be divided by another character: write `delimiter: ";"`',
  },
  'a name that moves the cursor': {
    table: 'a,\x1b[2J\n1,no\n',
    message: ' has no column "y" (data.source.target); its columns are a, �[2J',
  },
  'a misspelt target': {
    table: 'a,species\n1,no\n',
    source: {target: 'Species '},
    message: ' has no column "Species " (data.source.target); its columns are a, species',
    hint: 'did you mean species?',
  },
  'an ignored column that is not there': {
    table: 'a,y\n1,no\n',
    source: {ignore: ['zzzzz']},
    message: ' has no column "zzzzz" (data.source.ignore); its columns are a, y',
  },
  'a test table without a feature': {
    table: 'a,b,y\n1,2,no\n3,4,yes\n',
    test: 'a,y\n1,no\n',
    source: {testPath: 'test.csv'},
    file: 'test.csv',
    message: ' has no column "b" (in the training table); its columns are a, y',
  },
  'a class that training lacks': {
    table: 'a,y\n1,no\n2,yes\n',
    test: 'a,y\n1,perhaps\n',
    source: {testPath: 'test.csv'},
    file: 'test.csv',
    message: ':2:3 column "y" has the class "perhaps", which no training row has; they have no, yes',
  },
  'one class': {table: 'a,y\n1,no\n2,no\n', message: ': every training row has the class "no"; expected 2 or more'},
  'nothing but the target': {
    table: 'a,y\n1,no\n2,yes\n',
    source: {ignore: ['a']},
    message: ' has no columns left to learn from: all are targets or ignored',
  },
  'names as categories': {
    table: `a,y\n${Array.from({length: 1001}, (_, i) => `name${i},${i % 2 ? 'no' : 'yes'}`).join('\n')}\n`,
    message: ': column "a" has 1001 different values; at most 1000 categories are accepted',
    hint: 'leave it out (ignore: [a]), or declare numbers (columns: {a: numeric})',
  },
};

for (const [name, {table, test, source, message, hint, file = 'table.csv'}] of Object.entries(badCases)) {
  t.test(`bad: ${name}`, async (t) => {
    const dir = t.testdir({});
    writeFileSync(path.join(dir, 'table.csv'), table);
    if (test !== undefined) writeFileSync(path.join(dir, 'test.csv'), test);
    const spec = dataSpec(csvSource(source));
    const expected: ExpectedError = {code: 'DATA_INVALID', message: shown(dir, file) + message, hint};
    await rejectsWith(load(spec, dir), expected);
    await rejectsWith(describe(spec, dir), expected);
  });
}

t.test('sections that make no sense', async (t) => {
  const dir = t.testdir({'table.csv': 'a,y\n1,2\n'});
  const cases: [Parameters<typeof csvSource>[0], string, string | undefined][] = [
    [
      {testPath: 'x.csv', testFraction: 0.1},
      'data.source.testFraction and testPath both name the test set',
      'drop one of them',
    ],
    [
      {target: ['a', 'y'], task: 'classification'},
      'data.source.target names 2 columns; classification has one',
      undefined,
    ],
    [{target: ['y', 'y']}, 'data.source.target names "y" twice', undefined],
    [{ignore: ['y']}, 'data.source.ignore holds the target "y"', undefined],
    [{testFraction: 0.5}, 'data.source.testFraction needs at least 2 rows; the table has 1', undefined],
  ];
  for (const [source, message, hint] of cases) {
    await rejectsWith(load(dataSpec(csvSource(source)), dir, 'values'), {code: 'SPEC_INVALID', message, hint});
  }
  await rejectsWith(load(dataSpec(csvSource()), dir, 'classIndex'), {
    code: 'SPEC_INVALID',
    message: 'data.source has real targets; the loss wants class numbers',
    hint: 'use a regression loss such as meanSquaredError, or a source of classes (csv and idx take task: classification)',
  });
});

t.test('whatever the text, errors are for people and point into it', async (t) => {
  const rng = Rng.fromSeed(1);
  const pieces = ['a', '1', '.5', ',', ',', '\n', '\r\n', '\r', '"', '""', ' ', '\t', 'NaN', 'é', '\uFEFF'];
  let numErrors = 0;
  for (let i = 0; i < 3000; i++) {
    const start = rng.below(2) ? 'a,b\n1,x\n' : '';
    const text = start + Array.from({length: rng.below(25)}, () => pieces[rng.below(pieces.length)]).join('');
    const csv = {file: '/x.csv', bytes: bytesInMemory(Buffer.from(text)), delimiter: ',', header: rng.below(2) === 1};
    try {
      readCsvTable(csv, {kinds: new Map(), named: new Map(), wants: () => true});
    } catch (error) {
      if (!(error instanceof ExpError)) throw error;
      const place = /^\/x\.csv:(\d+):(\d+) /.exec(error.message);
      const line = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)[Number(place?.[1] ?? 1) - 1];
      if (place && !(line !== undefined && Number(place[2]) <= line.length + 1)) {
        t.fail(`${JSON.stringify(text)}: ${error.message}`);
      }
      numErrors++;
    }
  }
  t.ok(numErrors > 1000, `${numErrors} errors`);
});

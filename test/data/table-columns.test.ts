import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Type} from '@sinclair/typebox';
import sharp from 'sharp';
import t from 'tap';
import type {Batch, Split} from '../../src/data/dataset.js';
import {readCsvTable} from '../../src/data/files/csv-table.js';
import {loadData} from '../../src/data/load.js';
import {type DataSpec, dataSection} from '../../src/data/section.js';
import {encodeInputs} from '../../src/data/sources/table-encoding.js';
import type {FittedTable} from '../../src/data/sources/table-fit.js';
import {ArrayFile} from '../../src/data/storage/array-file.js';
import {loadSpec} from '../../src/spec/load.js';
import {checkedSchema} from '../../src/spec/schema.js';
import {Rng} from '../../src/support/random.js';
import {describe, rejectsWith, shown} from './fixtures.js';

const schema = checkedSchema(Type.Object({data: dataSection}, {additionalProperties: false}));

/** A `data:` section as people write it. */
async function dataOf(folder: string, yaml: string): Promise<DataSpec> {
  const file = path.join(folder, 'spec.yaml');
  writeFileSync(file, `data:\n${yaml.replace(/^/gm, '  ')}\n`);
  return ((await loadSpec(schema, {path: file})).value as {readonly data: DataSpec}).data;
}

/** Loads it for a model with one output for each target. */
async function load(folder: string, yaml: string) {
  const spec = await dataOf(folder, yaml);
  const info = await describe(spec, folder);
  const outputs = Object.fromEntries(
    Object.entries(info.targets).map(([target, {task}]) => [
      target,
      {target, encoding: task === 'regression' ? ('values' as const) : ('classIndex' as const)},
    ]),
  );
  const data = await loadData(spec, {baseDir: folder, outputs, rng: Rng.fromSeed(1)});
  t.strictSame(data.info, info, 'describing gives what loading gives');
  return data;
}

/** All of a split in one batch, as lists. */
function whole(split: Split | undefined) {
  const [batch] = split!.batches(1000) as Iterable<Batch> as Generator<Batch>;
  const lists = (arrays: Readonly<Record<string, Float32Array>>) =>
    Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]]));
  return {inputs: lists(batch!.inputs), targets: lists(batch!.targets), weights: lists(batch!.weights)};
}

const people = [
  'age,city,review,importance,income,sold',
  '10,Rome,good good,1,5,yes',
  '20,Oslo,bad,2,6,no',
  ',Rome,,0,7,no',
  '30,Bonn,Good bad,0.5,8,yes',
  '',
].join('\n');
const others = 'sold,income,importance,review,city,age\nno,9,3,ugly good,Wien,40\nyes,1,1,bad,Oslo,\n';

t.test('kinds, defaults, several inputs and targets, weights, a test table', async (t) => {
  const folder = t.testdir({'people.csv': people, 'others.csv': others});
  const data = await load(
    folder,
    `source:
  type: csv
  path: people.csv
  testPath: others.csv
  targets: {income: income, sold: {column: sold, task: classification}}
  defaults: {numeric: {scale: minMax, impute: 0}}
  columns:
    age: numeric
    city: {type: categorical, encode: index, unknown: bucket}
    review: {type: text, length: 3}
  inputs: {numbers: [age], city: city, review: review}
  weight: importance`,
  );
  t.strictSame(data.info, {
    inputs: {
      numbers: {shape: [1]},
      city: {shape: [1], numValues: 4},
      review: {shape: [3], numValues: 4},
    },
    targets: {
      income: {task: 'regression', shape: [1]},
      sold: {task: 'classification', numClasses: 2, classNames: ['no', 'yes'], shape: []},
    },
    isWeighted: true,
    numTrain: 4,
    numValidation: 0,
    numTest: 2,
  });
  const {inputs, targets, weights} = whole(data.train);
  // ages 10, 20, 0 (imputed), 30 over a range from 0 to 30
  t.strictSame(
    inputs.numbers!.map((value) => Math.round(30 * value)),
    [10, 20, 0, 30],
  );
  t.strictSame(inputs.city, [3, 2, 3, 1], 'Bonn 1, Oslo 2, Rome 3');
  t.strictSame(inputs.review, [2, 2, 0, 3, 0, 0, 0, 0, 0, 2, 3, 0], 'good 2, bad 3');
  t.strictSame(targets, {income: [5, 6, 7, 8], sold: [1, 0, 0, 1]});
  t.strictSame(weights, {income: [1, 2, 0, 0.5], sold: [1, 2, 0, 0.5]});
  const test = whole(data.test);
  t.strictSame(
    test.inputs.numbers!.map((value) => Math.round(30 * value)),
    [40, 0],
  );
  t.strictSame(test.inputs.city, [0, 2], 'Wien is unknown');
  t.strictSame(test.inputs.review, [1, 2, 0, 3, 0, 0]);
  t.strictSame(test.targets, {income: [9, 1], sold: [0, 1]});

  const saved = JSON.parse(JSON.stringify(data.fitted['data.source'])) as FittedTable;
  t.strictSame(saved, {
    columns: {
      age: {type: 'numeric', fill: 0, clip: null, log1p: false, scale: 'minMax', min: 0, max: 30},
      city: {type: 'categorical', encode: 'index', unknown: 'bucket', fill: null, categories: ['Bonn', 'Oslo', 'Rome']},
      review: {
        type: 'text',
        tokens: 'whitespace',
        lowercase: true,
        vocabulary: ['good', 'bad'],
        length: 3,
        pad: 'end',
        keep: 'start',
      },
    },
    inputs: {numbers: ['age'], city: ['city'], review: ['review']},
    targets: {
      income: {task: 'regression', columns: ['income']},
      sold: {task: 'classification', columns: ['sold'], classNames: ['no', 'yes']},
    },
  });
  const rows = readCsvTable(
    {file: '/new.csv', bytes: Buffer.from('review,age,city\nbad good,15,Rome\n'), delimiter: ',', header: true},
    {kinds: new Map(), named: new Map(), wants: () => true},
  );
  const encoded = encodeInputs(rows, undefined, saved);
  t.strictSame(
    Object.values(encoded).map((values) => (values instanceof ArrayFile ? [] : [...values])),
    [[0.5], [3], [3, 2, 0]],
    'what was saved is all that new rows need',
  );
});

t.test('everything is learnt from the rows trained on', async (t) => {
  const rows = Array.from({length: 40}, (_, i) => `${i},c${i},w${i} all,${i % 2 ? 'no' : 'yes'},${i % 10}`);
  const folder = t.testdir({'t.csv': `a,city,words,y,fold\n${rows.join('\n')}\n`});
  const data = await load(
    folder,
    `source:
  type: csv
  path: t.csv
  target: y
  columns: {a: {type: numeric, scale: standardize}, words: text, city: categorical}
  unknownCategories: zeros
  inputs: {a: a, city: city, words: words}
  testFraction: 0.25
  ignore: [fold]
validation: {fraction: 0.5}`,
  );
  t.strictSame([data.info.numTrain, data.info.numValidation, data.info.numTest], [15, 15, 10]);
  const {columns} = data.fitted['data.source'] as unknown as FittedTable;
  const cities = columns.city!.categories as string[];
  t.equal(cities.length, 15);
  const numbers = cities.map((city) => Number(city.slice(1)));
  const mean = numbers.reduce((sum, value) => sum + value) / 15;
  t.equal(columns.a!.mean, mean, 'the mean of the rows whose cities are known');
  t.strictSame([...(columns.words!.vocabulary as string[])].sort(), ['all', ...numbers.map((i) => `w${i}`)].sort());
  for (const split of [data.validation, data.test]) {
    const {inputs} = whole(split);
    t.ok(
      inputs.city!.every((value) => value === 0),
      'cities of other rows are unknown',
    );
    t.strictSame(new Set(inputs.words), new Set([1, (columns.words!.vocabulary as string[]).indexOf('all') + 2]));
  }
  t.ok(Math.abs(whole(data.train).inputs.a!.reduce((sum, value) => sum + value)) < 1e-5);
});

t.test('one input of all columns', async (t) => {
  const folder = t.testdir({
    't.csv': 'a,b,c,y\n1,2,u,7\n3,4,v,8\n5,4,u,9\n',
    'text.csv': 'review,stars\na b,5\nc,1\n',
  });
  const all = await load(
    folder,
    `source: {type: csv, path: t.csv, target: [y, b], defaults: {numeric: {scale: minMax}, categorical: {unknown: bucket}}}`,
  );
  t.strictSame(all.info.inputs, {input: {shape: [4]}});
  t.strictSame(all.info.targets, {target: {task: 'regression', shape: [2]}});
  const {inputs, targets} = whole(all.train);
  t.strictSame(inputs.input, [0, 0, 1, 0, 0.5, 0, 0, 1, 1, 0, 1, 0]);
  t.strictSame(targets.target, [7, 2, 8, 4, 9, 4], 'targets stay as they are');
  const text = await load(
    folder,
    'source: {type: csv, path: text.csv, target: stars, columns: {review: {type: text, tokens: character}}}',
  );
  t.strictSame(text.info.inputs, {input: {shape: [3], numValues: 6}});
  t.strictSame(whole(text.train).inputs.input, [3, 2, 4, 5, 0, 0]);
});

t.test('a column of images', async (t) => {
  const folder = t.testdir({
    tables: {'t.csv': 'file,size,y\n../pictures/red.png,1,a\n../pictures/blue.png,2,b\n../pictures/red.png,3,a\n'},
    'bad.csv': 'file,y\npictures/red.png,a\npictures/rad.png,b\n',
  });
  mkdirSync(path.join(folder, 'pictures'));
  for (const [name, r, b] of [
    ['red', 200, 10],
    ['blue', 20, 220],
  ] as const) {
    const picture = sharp({create: {width: 5, height: 4, channels: 3, background: {r, g: 7, b}}});
    writeFileSync(path.join(folder, 'pictures', `${name}.png`), await picture.png().toBuffer());
  }
  const data = await load(
    folder,
    `source:
  type: csv
  path: tables/t.csv
  target: y
  columns: {file: {type: image, size: [1, 2]}}
  inputs: {photo: file, size: size}
transforms: [{type: toFloat, input: photo}]`,
  );
  t.strictSame(data.info.inputs, {photo: {shape: [1, 2, 3]}, size: {shape: [1]}});
  const {inputs} = whole(data.train);
  t.strictSame(
    inputs.photo!.map((value) => Math.round(255 * value)),
    [200, 7, 10, 200, 7, 10, 20, 7, 220, 20, 7, 220, 200, 7, 10, 200, 7, 10],
  );
  t.strictSame(inputs.size, [1, 2, 3]);
  const bad = 'source: {type: csv, path: bad.csv, target: y, columns: {file: {type: image, size: [1, 1]}}}';
  await rejectsWith(load(folder, bad), {
    code: 'DATA_INVALID',
    message: `${shown(folder, 'bad.csv')}:3:1 column "file" names an image: ${shown(folder, 'pictures/rad.png')} does not exist`,
    hint: 'did you mean red.png?',
  });
  await rejectsWith(
    load(
      folder,
      'storage: memory\nsource: {type: csv, path: tables/t.csv, target: y, inputs: {i: file}, columns: {file: {type: image, size: [1000, 500], maxMegabytes: 4}}}',
    ),
    {
      code: 'DATA_INVALID',
      message: `${shown(folder, 'tables/t.csv')}: column "file": 3 images of 1000 × 500 × 3 bytes take 5 million bytes; at most 4 are accepted`,
      hint: 'set data.storage: disk, or maxMegabytes: 5 if the machine has the memory',
    },
  );
});

t.test('sections that make no sense', async (t) => {
  const folder = t.testdir({'t.csv': 'a,b,c,y\n1,2,u,7\n3,-4,v,8\n'});
  const cases: readonly [string, 'SPEC_INVALID' | 'DATA_INVALID', string, string?][] = [
    ['', 'SPEC_INVALID', 'data.source lacks `target`, the column to predict', 'for several outputs: `targets`'],
    [
      'target: y, targets: {y: y}',
      'SPEC_INVALID',
      'data.source.targets and target both name what to predict',
      'drop one of them',
    ],
    [
      'targets: {y: y}, task: regression',
      'SPEC_INVALID',
      'data.source.task goes with target; each of targets has its own',
      'move it there',
    ],
    ['targets: {y: y, z: {column: [a, y]}}', 'SPEC_INVALID', 'data.source.targets.z names "y" twice'],
    [
      'target: y, columns: {y: {type: numeric, scale: minMax}}',
      'SPEC_INVALID',
      'data.source.columns.y has arguments, and is a target',
      'write its kind only',
    ],
    ['target: y, weight: y', 'SPEC_INVALID', 'data.source.weight names "y", which is a target or ignored'],
    ['target: y, weight: a, splitBy: a', 'SPEC_INVALID', 'data.source.weight names "a", which is splitBy'],
    ['target: y, inputs: {i: [a, a]}', 'SPEC_INVALID', 'data.source.inputs.i names "a" twice'],
    ['target: y, inputs: {i: y}', 'SPEC_INVALID', 'data.source.inputs.i names "y", which is a target'],
    [
      'target: y, weight: a, inputs: {i: [b, a]}',
      'SPEC_INVALID',
      'data.source.inputs.i names "a", which is the weight',
    ],
    [
      'target: y, inputs: {i: a}, columns: {b: numeric}',
      'SPEC_INVALID',
      'data.source.columns.b is in none of data.source.inputs',
      'add it, or drop it',
    ],
    [
      'target: y, columns: {c: text}',
      'SPEC_INVALID',
      'data.source.columns.c puts "c" (text) beside other columns; it needs an input of its own',
      'inputs: {c: c, others: [a, b]}',
    ],
    [
      'target: y, columns: {c: {type: categorical, encode: index}}, inputs: {i: [c, a]}',
      'SPEC_INVALID',
      'data.source.inputs.i puts "c" (categorical, encode: index) beside other columns; it needs an input of its own',
      'inputs: {c: c, others: [a]}',
    ],
    [
      'target: y, inputs: {i: [a, aa]}',
      'DATA_INVALID',
      `${shown(folder, 't.csv')} has no column "aa" (data.source.inputs.i); its columns are a, b, c, y`,
    ],
    [
      'target: y, weight: b',
      'DATA_INVALID',
      `${shown(folder, 't.csv')}:3:3 column "b" is -4; a weight is a number from 0 on`,
    ],
    [
      'target: y, columns: {a: {type: numeric, clip: [2, 1]}}',
      'SPEC_INVALID',
      'data.source.columns.a has clip: [2, 1]; expected the smaller number first',
    ],
    [
      'target: y, columns: {c: {type: categorical, encode: index}}, unknownCategories: zeros, inputs: {i: c}',
      'SPEC_INVALID',
      'data.source.columns.c has unknown: zeros, which goes with encode: oneHot only',
      'set unknown: bucket',
    ],
    [
      'target: y, defaults: {categorical: {maxCategories: 3}}',
      'SPEC_INVALID',
      'data.source.defaults.categorical has maxCategories, which makes rare categories unknown, and unknown: error',
      'set unknown: bucket or zeros',
    ],
  ];
  for (const [rest, code, message, hint] of cases) {
    const spec = await dataOf(folder, `source: {type: csv, path: t.csv${rest && `, ${rest}`}}`);
    await rejectsWith(describe(spec, folder), {code, message, hint});
  }
});

import {copyFileSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  collect,
  dataSpec,
  describe,
  load,
  madeFiles,
  parquetSource,
  plainInfo,
  rejectsWith,
  shown,
} from './fixtures.js';

t.test('every codec gives the same table, over three row groups', async (t) => {
  for (const codec of ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4']) {
    const data = await load(dataSpec(parquetSource({path: `${codec}.parquet`})), madeFiles);
    t.match(
      plainInfo(data.info),
      {inputShape: [8], task: 'classification', classNames: ['no', 'yes'], numTrain: 5},
      codec,
    );
    // a, n, small, kind = u, v, w, flag = false, true
    const rows = [
      [1.5, 1, 1, 1, 0, 0, 0, 1],
      [-2, 2, 2, 0, 1, 0, 1, 0],
      [3, 3, 3, 1, 0, 0, 0, 1],
      [4, 4, 4, 0, 0, 1, 0, 1],
      [5, 5, 250, 0, 1, 0, 1, 0],
    ];
    t.strictSame(collect(data.train), {inputs: rows.flat(), targets: [0, 1, 1, 0, 0], sizes: [5]}, codec);
  }
});

t.test('columns that are left out are not looked at', async (t) => {
  const data = await load(
    dataSpec(parquetSource({path: 'list.parquet', ignore: ['a', 'kind', 'flag', 'small']})),
    madeFiles,
  );
  t.strictSame(collect(data.train).inputs, [1, 2, 3, 4, 5]);
});

const missingHint =
  'fill it in, impute it (columns: {a: {type: numeric, impute: median}}), or leave the column out: ignore: [a]';
const leaveOut = 'leave it out: ignore: [a]';
const badCases: Readonly<Record<string, {message: string; hint?: string}>> = {
  'null.parquet': {
    message: ': row 1 (counted from 0): column "a" is null; missing values are not accepted',
    hint: missingHint,
  },
  'nan.parquet': {message: ': row 1 (counted from 0): column "a" is NaN; expected a finite number'},
  'list.parquet': {
    message: ': row 0 (counted from 0): column "a" holds a list; expected numbers, texts or truth values',
    hint: leaveOut,
  },
  'time.parquet': {
    message: ': row 0 (counted from 0): column "a" holds a time; expected numbers, texts or truth values',
    hint: leaveOut,
  },
  'empty.parquet': {message: ' holds no rows'},
};

for (const [file, {message, hint}] of Object.entries(badCases)) {
  t.test(`bad: ${file}`, async () => {
    const spec = dataSpec(parquetSource({path: file}));
    const expected = {code: 'DATA_INVALID', message: shown(madeFiles, file) + message, hint} as const;
    await rejectsWith(load(spec, madeFiles), expected);
    await rejectsWith(describe(spec, madeFiles), expected);
  });
}

t.test('damaged, missing, misspelt', async (t) => {
  const dir = t.testdir({});
  const whole = readFileSync(path.join(madeFiles, 'snappy.parquet'));
  writeFileSync(path.join(dir, 'table.parquet'), whole.subarray(0, 2000));
  const spec = dataSpec(parquetSource());
  await rejectsWith(load(spec, dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'table.parquet')} is not a Parquet file that can be read: parquet file invalid (footer != PAR1)`,
    hint: 'the copy or download may have stopped early; fetch it again',
  });
  writeFileSync(path.join(dir, 'table.parquet'), '');
  await t.rejects(load(spec, dir), {code: 'DATA_INVALID', message: / is empty; expected a Parquet file$/});
  copyFileSync(path.join(madeFiles, 'none.parquet'), path.join(dir, 'table.parquet'));
  await rejectsWith(load(dataSpec(parquetSource({target: 'kin'})), dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'table.parquet')} has no column "kin" (data.source.target); its columns are a, n, small, kind, flag, y`,
    hint: 'did you mean kind?',
  });
  await rejectsWith(load(dataSpec(parquetSource({path: 'tabel.parquet'})), dir), {
    code: 'DATA_MISSING',
    message: `${shown(dir, 'tabel.parquet')} does not exist`,
    hint: 'did you mean table.parquet?',
  });
  await rejectsWith(load(dataSpec(parquetSource({path: '.'})), dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, '.').replace(/\/\.?$/, '')} is a folder; expected a file`,
  });
});

t.test('whatever byte is wrong, errors are for people', async (t) => {
  const dir = t.testdir({});
  const whole = readFileSync(path.join(madeFiles, 'none.parquet'));
  let numErrors = 0;
  for (let at = 0; at < whole.length; at += 23) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 0x5a;
    writeFileSync(path.join(dir, 'table.parquet'), bytes);
    await load(dataSpec(parquetSource()), dir).catch((error: Error) => {
      numErrors++;
      if (error.name !== 'ExpError') t.fail(`byte ${at}: ${error.stack}`);
    });
  }
  t.ok(numErrors > 20, `${numErrors} errors`);
});

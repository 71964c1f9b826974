import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type {DataSpec} from '../../src/data/section.js';
import {collect, csvSource, dataSpec, describe, load, plainInfo, rejectsWith} from './fixtures.js';

/** Rows of some patients; the first column is the patient's number again, so that examples can be told apart. */
const rowsOf = (numPatients: number, numVisits: number): string[] =>
  Array.from({length: numPatients * numVisits}, (_, i) => {
    const patient = i % numPatients;
    return `${patient},${i},P${patient},${i % 2 ? 'no' : 'yes'}`;
  });

function withTable(folder: string, rows: readonly string[]): string {
  writeFileSync(path.join(folder, 'table.csv'), `a,visit,patient,y\n${rows.join('\n')}\n`);
  return folder;
}

const grouped = (more: Parameters<typeof csvSource>[0] = {}, data: Partial<DataSpec> = {}) =>
  dataSpec(csvSource({splitBy: 'patient', testFraction: 0.2, ignore: ['visit'], ...more}), {
    validation: {fraction: 0.25, stratify: false},
    ...data,
  });

/** Patients by part. */
async function patients(spec: DataSpec, folder: string, seed = 1) {
  const data = await load(spec, folder, 'classIndex', seed);
  t.strictSame(data.info, await describe(spec, folder));
  t.strictSame(plainInfo(data.info).inputShape, [1], 'the column itself is no input');
  const {train, validation, test} = data;
  return [train, validation!, test!].map((part) => collect(part).inputs);
}

t.test('equal values stay together, and the parts have about the sizes asked for', async (t) => {
  const folder = withTable(t.testdir({}), rowsOf(400, 3));
  const parts = await patients(grouped(), folder);
  const sets = parts.map((part) => new Set(part));
  t.equal(parts.flat().length, 1200);
  t.equal(
    sets.reduce((sum, set) => sum + set.size, 0),
    400,
    'nobody is in two parts',
  );
  // Of 400 patients 80 ± 8 are tested and 80 ± 8 validate (a quarter of the rest).
  for (const set of sets.slice(1)) t.ok(Math.abs(set.size - 80) < 32, `${set.size} patients`);
  t.strictSame(await patients(grouped(), folder, 2), parts, "the run's seed does not matter");
  t.notSame(await patients(grouped({splitSeed: 1}), folder), parts);
});

t.test('rows that are added move no others', async (t) => {
  const folder = t.testdir({});
  const before = (await patients(grouped(), withTable(folder, rowsOf(50, 2)))).map((part) => new Set(part));
  const added = [...rowsOf(80, 1).slice(50), ...rowsOf(50, 3)].reverse();
  const after = (await patients(grouped(), withTable(folder, added))).map((part) => new Set(part));
  for (const [i, part] of before.entries())
    for (const patient of part) if (!after[i]!.has(patient)) t.fail(`patient ${patient} moved`);
  t.ok(after[0]!.size > before[0]!.size);
});

t.test('a limit is taken first', async (t) => {
  const folder = withTable(t.testdir({}), rowsOf(40, 3));
  const [train, validation] = await patients(grouped({}, {limit: {train: 30}}), folder);
  t.equal(train!.length + validation!.length, 30);
});

t.test('sections that make no sense', async (t) => {
  const folder = withTable(t.testdir({}), rowsOf(1, 4));
  const cases: [DataSpec, string, string | undefined][] = [
    [grouped({splitBy: 'y'}), 'data.source.splitBy names "y", which is a target or ignored', undefined],
    [
      grouped({}, {validation: {fraction: 0.5, stratify: true}}),
      'data.source.testFraction is 0.2; by the hashes of data.source.splitBy that holds out no row',
      'splitBy needs more different values; another splitSeed or fraction may do',
    ],
    [
      {
        ...grouped(),
        source: csvSource({splitBy: 'patient', ignore: ['visit']}),
        validation: {fraction: 0.5, stratify: true},
      },
      'data.validation.stratify does not go with data.source.splitBy',
      'drop one of them',
    ],
    [
      {
        ...grouped(),
        source: csvSource({splitBy: 'patient', ignore: ['visit']}),
        validation: {fraction: 0.001, stratify: false},
      },
      'data.validation.fraction is 0.001; by the hashes of data.source.splitBy that holds out no row',
      'splitBy needs more different values; another splitSeed or fraction may do',
    ],
  ];
  for (const [spec, message, hint] of cases) {
    await rejectsWith(load(spec, folder), {code: 'SPEC_INVALID', message, hint});
    await rejectsWith(describe(spec, folder), {code: 'SPEC_INVALID', message, hint});
  }
  await t.rejects(load(grouped({splitBy: 'pat'}), folder), {
    code: 'DATA_INVALID',
    message: /has no column "pat" \(data\.source\.splitBy\); its columns are a, visit, patient, y$/,
  });
});

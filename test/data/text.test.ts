import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import t from 'tap';
import {collect, dataSpec, describe, load, rejectsWith, shown, textSource} from './fixtures.js';

t.test('windows, and the same windows one token later', async (t) => {
  const folder = t.testdir({'text.txt': '\uFEFFabacadéa\nb'});
  const data = await load(dataSpec(textSource({length: 3})), folder);
  // a 4 times, b 2 times, then line break, c, d, é once each in the order of their codes
  const classNames = ['<pad>', '<unknown>', 'a', 'b', '\n', 'c', 'd', 'é'];
  const target = {task: 'classification', shape: [3], numClasses: 8, classNames};
  t.strictSame(data.info, {
    inputs: {input: {shape: [3], numValues: 8}},
    targets: {target},
    numTrain: 3,
    numValidation: 0,
    numTest: 0,
  });
  t.strictSame(await describe(dataSpec(textSource({length: 3})), folder), data.info);
  // aba cad éa\n: the last window needs one more token, b
  t.strictSame(collect(data.train), {
    inputs: [2, 3, 2, 5, 2, 6, 7, 2, 4],
    targets: [3, 2, 5, 2, 6, 7, 2, 4, 3],
    sizes: [3],
  });
  t.strictSame(data.fitted, {
    'data.source': {tokens: 'character', lowercase: false, vocabulary: classNames.slice(2), length: 3, numClasses: 8},
  });
  const close = await load(dataSpec(textSource({length: 3, stride: 2})), folder);
  t.strictSame(collect(close.train).inputs, [2, 3, 2, 2, 5, 2, 2, 6, 7, 7, 2, 4]);
});

t.test('the end is the test set, the end of the rest the validation set; both teach nothing', async (t) => {
  const folder = t.testdir({'text.txt': 'aaaabbbbccccddddeeee'});
  const spec = dataSpec(textSource({length: 3, testFraction: 0.2}), {validation: {fraction: 0.4, stratify: false}});
  const data = await load(spec, folder);
  // 16 characters make windows at 0, 3, 6, 9, 12; the last two of them validate
  t.strictSame([data.info.numTrain, data.info.numValidation, data.info.numTest], [3, 2, 1]);
  t.strictSame(data.fitted['data.source']!.vocabulary, ['a', 'b', 'c'], 'places 0 to 9');
  t.strictSame(collect(data.train).inputs, [2, 2, 2, 2, 3, 3, 3, 3, 4]);
  t.strictSame(collect(data.validation!), {
    inputs: [4, 4, 4, 1, 1, 1],
    targets: [4, 4, 1, 1, 1, 1],
    sizes: [2],
  });
  t.strictSame(collect(data.test!), {inputs: [1, 1, 1], targets: [1, 1, 1], sizes: [1]});
  const mixed = dataSpec(textSource({length: 3}), {validation: {fraction: 0.4, stratify: false, by: 'random'}});
  const {validation} = await load(mixed, folder, 'classIndex', 2);
  const held = collect(validation!).inputs;
  t.equal(held.length, 6);
  t.ok(
    held.some((token) => token > 1),
    'windows from anywhere, some of what is trained on',
  );
  const small = await load(dataSpec(textSource({length: 3, vocabulary: 4})), folder);
  t.strictSame(small.info.inputs.input!.numValues, 4);
  t.strictSame(collect(small.train).inputs.slice(0, 9), [2, 2, 2, 2, 3, 3, 3, 3, 1]);
  const roomy = await load(dataSpec(textSource({length: 3, vocabulary: 9})), folder);
  const {numClasses, classNames} = roomy.info.targets.target!;
  t.strictSame([numClasses, classNames!.slice(6)], [9, ['e', '<unused 7>', '<unused 8>']], 'a size of its own');
});

t.test('bytes, lower case, gzip', async (t) => {
  const folder = t.testdir({});
  writeFileSync(path.join(folder, 'text.txt'), gzipSync('AéB'));
  const bytes = await load(dataSpec(textSource({tokens: 'byte', length: 2})), folder);
  t.strictSame(bytes.info.inputs.input, {shape: [2], numValues: 258});
  t.equal(bytes.info.targets.target!.classNames!.length, 258);
  t.strictSame(bytes.info.targets.target!.classNames!.slice(10, 14), ['<0x08>', '<0x09>', '<0x0A>', '<0x0B>']);
  t.strictSame(collect(bytes.train), {inputs: [0x41 + 2, 0xc3 + 2], targets: [0xc3 + 2, 0xa9 + 2], sizes: [1]});
  const lower = await load(dataSpec(textSource({lowercase: true, length: 2})), folder);
  t.strictSame(lower.fitted['data.source']!.vocabulary, ['a', 'b', 'é']);
});

t.test('texts that are too short or no texts', async (t) => {
  const folder = t.testdir({'text.txt': 'abcdefgh'});
  await rejectsWith(load(dataSpec(textSource({tokens: 'byte', vocabulary: 9})), folder), {
    code: 'SPEC_INVALID',
    message: 'data.source.vocabulary goes with tokens: character; there are 256 bytes',
    hint: 'drop it',
  });
  const short = dataSpec(textSource({length: 8}));
  await rejectsWith(load(short, folder), {
    code: 'DATA_INVALID',
    message: `${shown(folder, 'text.txt')}: the training part has 8 characters; a window takes length + 1 = 9`,
    hint: 'a smaller length, or a longer text',
  });
  await rejectsWith(describe(dataSpec(textSource({length: 3, testFraction: 0.4})), folder), {
    code: 'DATA_INVALID',
    message: `${shown(folder, 'text.txt')}: the test part has 3 characters; a window takes length + 1 = 4`,
    hint: 'a smaller length, or a longer text',
  });
  writeFileSync(path.join(folder, 'text.txt'), Buffer.from('caf\xe9', 'latin1'));
  await rejectsWith(load(short, folder), {
    code: 'DATA_INVALID',
    message: `${shown(folder, 'text.txt')} is not UTF-8 text`,
    hint: 'save it as UTF-8',
  });
});

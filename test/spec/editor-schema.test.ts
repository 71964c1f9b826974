import {readFile} from 'node:fs/promises';
import {Ajv} from 'ajv';
import t from 'tap';
import {parse} from 'yaml';
import {outdated} from '../../scripts/generate.js';
import {experimentEditorSchema} from '../../src/experiment/editor-schema.js';

const isValid = new Ajv({strict: false, allErrors: true}).compile(experimentEditorSchema());
const lesson: Readonly<Record<string, object>> = parse(await readFile('experiments/mnist-cnn.yaml', 'utf8'));

t.test('the checked-in schema is up to date: node --import tsx scripts/generate.ts', async (t) => {
  t.same(await outdated(), []);
});

t.test('it accepts every lesson', async (t) => {
  for (const name of ['1-xor', '2-iris-mlp', '3-mnist-mlp', '4-resnet20-blocks', 'mnist-cnn', 'mnist-quick']) {
    t.ok(isValid(parse(await readFile(`experiments/${name}.yaml`, 'utf8'))), name);
  }
});

t.test('references may stand for anything, shorthands for their maps', async (t) => {
  const training = {
    epochs: '${env:EPOCHS:-3}',
    batchSize: '${training.epochs}',
    loss: 'softmaxCrossEntropy',
    optimizer: 'adam',
  };
  t.ok(isValid({...lesson, training, device: '${env:DEVICE:-cpu}'}));
});

t.test('it knows what is missing only if nothing is extended', async (t) => {
  const {training: _, ...rest} = lesson;
  t.notOk(isValid(rest));
  t.ok(isValid({...rest, extends: 'base.yaml'}));
  t.notOk(isValid({...lesson, training: {batchSize: 3}}));
  t.ok(isValid({...lesson, extends: 'base.yaml', training: {optimizer: {learningRate: 0.1}}}));
});

t.test('blocks and their uses stand beside layers, inside blocks too', async (t) => {
  const withBlock = (block: object, ...layers: object[]): object => ({...lesson, model: {blocks: {a: block}, layers}});
  const dense = {type: 'dense', units: '${units}'};
  t.ok(
    isValid(
      withBlock({parameters: {units: 3}, layers: [dense, {block: 'b'}], output: 'dense'}, {block: 'a', units: 4}),
    ),
  );
  t.ok(
    isValid(withBlock({layers: [dense]}, {...dense, inputs: ['input', 'a/dense']}, {block: 'a', repeat: '${env:N}'})),
  );
  t.notOk(isValid(withBlock({layers: [{type: 'dens', units: 3}]}, {block: 'a'})), 'no such layer');
  t.notOk(isValid(withBlock({layers: [{...dense, filters: 3}]}, {block: 'a'})), 'no such argument');
  t.notOk(isValid(withBlock({layers: [dense], layer: dense}, {block: 'a'})), 'no such key');
  t.notOk(isValid(withBlock({layers: [dense]}, {block: 'a', repeat: 0})), 'no repetition');
});

t.test('it refuses unknown keys, unknown words and wrong values', async (t) => {
  const withLayer = (layer: object): object => ({...lesson, model: {layers: [layer]}});
  t.ok(isValid(withLayer({type: 'dense', units: 3})));
  t.notOk(isValid(withLayer({type: 'dense', units: 0})));
  t.notOk(isValid(withLayer({type: 'dense', units: 3, filters: 3})));
  t.notOk(isValid(withLayer({type: 'dens', units: 3})));
  t.notOk(isValid(withLayer({units: 3})));
  t.notOk(isValid({...lesson, epochs: 3}));
});

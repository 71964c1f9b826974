import {Ajv} from 'ajv';
import t from 'tap';
import {experimentSchema} from '../../src/experiment/schema.js';
import {locate} from '../../src/spec/located.js';
import type {SchemaNode} from '../../src/spec/schema.js';
import {SourceFile} from '../../src/spec/source.js';
import {validate} from '../../src/spec/validate.js';
import {Rng} from '../../src/support/random.js';

/** ajv is the outside reference: on any tree our validator and ajv must agree whether it fits the schema. */
const ajv = new Ajv({discriminator: true, strict: false});
const reference = ajv.compile(withoutDefaultsRequired(experimentSchema));

const source = new SourceFile('tree', '', 'spec');
const written = {place: {source, start: 0, end: 0}, origin: {kind: 'file', file: 'tree', line: 1}} as const;
const accepts = (tree: unknown): boolean =>
  validate(experimentSchema, locate(tree, written), '.').problems.length === 0;

const valid = {
  name: 'tree',
  seed: 3,
  tags: ['a'],
  data: {
    source: {type: 'synthetic', pattern: 'blobs', numClasses: 3},
    validation: {fraction: 0.2},
    transforms: [
      {type: 'normalize', mean: 0.5, std: 1},
      {type: 'reshape', shape: [2, 1, 1]},
    ],
  },
  model: {
    layers: [
      {
        type: 'conv2d',
        name: 'first',
        filters: 4,
        kernelSize: [2, 1],
        padding: 'same',
        kernelInitializer: {type: 'heNormal'},
      },
      {type: 'dropout', rate: 0.5},
      {type: 'flatten'},
      {type: 'dense', units: 3, kernelRegularizer: {type: 'l2', l2: 0.1}},
    ],
  },
  training: {
    epochs: 2,
    loss: {type: 'softmaxCrossEntropy'},
    optimizer: {type: 'sgd', learningRate: 0.1, momentum: 0.9},
    metrics: [{type: 'accuracy'}, {type: 'topKAccuracy', k: 2}],
    earlyStopping: {patience: 2, mode: 'min'},
  },
  checkpoint: {last: false},
  device: 'cpu',
};

t.test('the starting tree fits, and a missing section does not', async (t) => {
  t.ok(reference(valid), ajv.errorsText(reference.errors));
  t.ok(accepts(valid));
  t.notOk(accepts({...valid, model: undefined}));
});

t.test('both agree on 3000 trees with random changes', async (t) => {
  const rng = Rng.fromSeed(1);
  let numValid = 0;
  for (let i = 0; i < 3000; i++) {
    const tree = structuredClone(valid);
    for (let j = rng.below(2); j >= 0; j--) mutate(tree, rng);
    const expected = reference(tree);
    if (expected) numValid++;
    if (accepts(tree) !== expected) {
      t.fail(`ajv ${expected ? 'accepts' : `refuses (${ajv.errorsText(reference.errors)})`} ${JSON.stringify(tree)}`);
    }
  }
  t.ok(numValid > 100 && numValid < 2900, `the changes make both kinds: ${numValid} of 3000 fit`);
});

const replacements: readonly unknown[] = [
  ...[
    0,
    1,
    -1,
    0.5,
    2.5,
    1e6,
    '',
    'relu',
    'same',
    'adam',
    '1',
    true,
    false,
    null,
    [],
    {},
    [1, 2],
    [1, 2, 3],
    ['a', 'a'],
  ],
  ...[
    {type: 'zeros'},
    {type: 'dense', units: 1},
    {type: 'adam'},
    {type: 'iris'},
    {type: 3},
    {type: 'nothing'},
    {units: 1},
  ],
];

/** Replaces, removes, adds or renames one member somewhere in the tree. */
function mutate(root: object, rng: Rng): void {
  let holder: Record<string, unknown> = root as Record<string, unknown>;
  for (let depth = rng.below(6); depth > 0; depth--) {
    const children = Object.values(holder).filter((value) => typeof value === 'object' && value !== null);
    if (children.length === 0) break;
    holder = children[rng.below(children.length)] as Record<string, unknown>;
  }
  const keys = Object.keys(holder);
  const key = keys[rng.below(Math.max(1, keys.length))] ?? 'added';
  const value = structuredClone(replacements[rng.below(replacements.length)]);
  if (Array.isArray(holder)) {
    if (rng.below(3) === 0) holder.push(value);
    else holder.splice(Number(key) || 0, 1, ...(rng.below(3) === 0 ? [] : [value]));
    return;
  }
  const action = rng.below(4);
  if (action < 2) holder[key] = value;
  else if (action === 2) delete holder[key];
  else holder[['units', 'activation', 'seed', 'noise', 'strides', 'unknown'][rng.below(6)]!] = value;
}

/** A field with a default may be left out, and a bare word may stand for a map with that type: the loader's own rules. */
function withoutDefaultsRequired(schema: SchemaNode): object {
  return JSON.parse(JSON.stringify(schema), (_key, node) => {
    if (node && typeof node === 'object' && !Array.isArray(node)) {
      if (Array.isArray(node.required) && node.properties) {
        node.required = node.required.filter((name: string) => node.properties[name]?.default === undefined);
      }
      if (node['x-shorthand'] !== undefined) {
        const bare = (node.oneOf as Member[]).filter(({required = []}) => required.every((name) => name === 'type'));
        const {default: standard, ...union} = node;
        const anyOf = [{enum: bare.map((member) => member.properties.type.const)}, union];
        return standard === undefined ? {anyOf} : {default: standard, anyOf};
      }
    }
    return node;
  });
}

interface Member {
  readonly required?: readonly string[];
  readonly properties: {readonly type: {readonly const: string}};
}

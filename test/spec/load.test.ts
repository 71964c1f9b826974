import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {Type} from '@sinclair/typebox';
import t from 'tap';
import {choiceOf} from '../../src/spec/define.js';
import {SpecError} from '../../src/spec/diagnostic.js';
import {type LoadOptions, loadSpec} from '../../src/spec/load.js';
import {formatOrigin} from '../../src/spec/origin.js';
import {checkedSchema} from '../../src/spec/schema.js';
import {ExpError} from '../../src/support/errors.js';

const shapes = {
  circle: {type: 'circle', summary: 'Round.', args: Type.Object({radius: Type.Number({default: 1})})},
  square: {
    type: 'square',
    summary: 'Not round.',
    args: Type.Object({side: Type.Number(), turned: Type.Boolean({default: false})}),
  },
} as const;
const shape = choiceOf(shapes, {title: 'shape', shorthand: true});

const schema = checkedSchema(
  Type.Object(
    {
      title: Type.String(),
      size: Type.Integer({default: 3}),
      shape: Type.Optional(shape),
      shapes: Type.Array(shape, {default: ['circle']}),
      frame: Type.Object(
        {width: Type.Number({default: 2}), file: Type.Optional(Type.String({'x-path': true}))},
        {default: {}},
      ),
      labels: Type.Optional(Type.Record(Type.String(), Type.Integer())),
    },
    {additionalProperties: false},
  ),
);

const folder = await mkdtemp(join(tmpdir(), 'exp-spec-'));
t.teardown(() => rm(folder, {recursive: true}));

/** Writes files and loads the first. */
async function load(files: Record<string, string | Buffer>, options: LoadOptions = {}) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), text);
  }
  return loadSpec(schema, {path: join(folder, Object.keys(files)[0] ?? '')}, {env: {}, ...options});
}

/** Messages of a spec that must be refused. */
async function refusal(files: Record<string, string | Buffer>, options?: LoadOptions): Promise<string> {
  const error: unknown = await load(files, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof ExpError)) throw new Error('the spec was accepted', {cause: error});
  if (error instanceof SpecError)
    return error.diagnostics.map(({line, col, message}) => `${line}:${col} ${message}`).join('\n');
  return `${error.message.replaceAll(folder, '.')} | ${(error.hint ?? '').replaceAll(folder, '.')}`;
}

t.test('defaults are filled and shorthands expanded, each with its origin', async (t) => {
  const {value, origins, sourceText} = await load({'a.yaml': 'title: A\nshapes: [circle, {type: square, side: 4}]\n'});
  t.same(value, {
    title: 'A',
    size: 3,
    shapes: [
      {type: 'circle', radius: 1},
      {type: 'square', side: 4, turned: false},
    ],
    frame: {width: 2},
  });
  t.equal(sourceText, 'title: A\nshapes: [circle, {type: square, side: 4}]\n');
  const told = Object.fromEntries(
    Object.entries(origins).map(([key, origin]) => [key, formatOrigin(origin).replace(folder, '.')]),
  );
  t.same(told, {
    title: './a.yaml:1',
    size: 'default',
    'shapes.0.type': './a.yaml:2',
    'shapes.0.radius': 'default',
    'shapes.1.type': './a.yaml:2',
    'shapes.1.side': './a.yaml:2',
    'shapes.1.turned': 'default',
    'frame.width': 'default',
  });
});

t.test('a default may itself be a shorthand', async (t) => {
  const {value} = await load({'a.yaml': 'title: A'});
  t.match(value, {shapes: [{type: 'circle', radius: 1}]});
});

t.test('extends: maps merge, lists and other types replace, null removes', async (t) => {
  const base =
    'title: base\nsize: 7\nshape: {type: square, side: 2, turned: true}\nshapes: [circle, circle]\nframe: {width: 9}\n';
  const {value, origins} = await load({
    'a.yaml': 'extends: lib/b.yaml\ntitle: A\nsize: null\nshape: {side: 5}\nshapes: [circle]\n',
    'lib/b.yaml': base,
  });
  t.same(value, {
    title: 'A',
    size: 3,
    shape: {type: 'square', side: 5, turned: true},
    shapes: [{type: 'circle', radius: 1}],
    frame: {width: 9},
  });
  t.match(origins['frame.width'], {kind: 'extends', line: 5});
  t.match(origins['shape.side'], {kind: 'file', line: 4});
  t.match(origins['shape.turned'], {kind: 'extends', line: 3});

  const {value: changed} = await load({'a.yaml': 'extends: lib/b.yaml\nshape: {type: circle}\n', 'lib/b.yaml': base});
  t.match(changed, {shape: {type: 'circle', radius: 1}}, "another type drops the old one's arguments");

  const {value: short} = await load({
    'a.yaml': 'extends: b.yaml\nshape: {radius: 5}\n',
    'b.yaml': 'title: b\nshape: circle\n',
  });
  t.match(short, {shape: {type: 'circle', radius: 5}}, 'arguments join a shorthand');
});

t.test('paths of an extended file stay relative to that file', async (t) => {
  const {value} = await load({
    'sub/a.yaml': 'extends: ../lib/b.yaml\n',
    'lib/b.yaml': 'title: b\nframe: {file: x.csv}\n',
  });
  t.match(value, {frame: {file: join('..', 'lib', 'x.csv')}});
  const {value: own} = await load({'sub/a.yaml': 'title: a\nframe: {file: x.csv}\n'});
  t.match(own, {frame: {file: 'x.csv'}});
});

t.test('overrides reach maps, lists, shorthands and keys that are not there yet', async (t) => {
  const text = 'title: A\nshapes: [circle, {type: square, side: 4}]\nlabels: {a: 1}\n';
  const overrides = [
    'size=5',
    'shapes.1.side=2.5',
    'shapes[0].radius=7',
    'frame.width=1e1',
    'labels.b=2',
    'labels.a=null',
  ];
  const {value, origins} = await load({'a.yaml': text}, {overrides});
  t.same(value, {
    title: 'A',
    size: 5,
    shapes: [
      {type: 'circle', radius: 7},
      {type: 'square', side: 2.5, turned: false},
    ],
    frame: {width: 10},
    labels: {b: 2},
  });
  t.same(origins['shapes.0.radius'], {kind: 'override', text: 'shapes[0].radius=7'});
  t.match(origins['shapes.0.type'], {kind: 'file', line: 2});

  const {value: flow} = await load({'a.yaml': text}, {overrides: ['shapes=[{type: square, side: 1}]', "title='1'"]});
  t.match(flow, {title: '1', shapes: [{type: 'square', side: 1}]});
  const {value: last} = await load({'a.yaml': text}, {overrides: ['size=1', 'size=2']});
  t.match(last, {size: 2}, 'the last one wins');
});

t.test('mistakes in overrides point at the override', async (t) => {
  t.equal(await refusal({'a.yaml': 'title: A'}, {overrides: ['sise=5']}), '1:1 unknown key `sise`');
  t.equal(
    await refusal({'a.yaml': 'title: A'}, {overrides: ['frame.width=wide']}),
    '1:13 frame.width must be a number; got "wide"',
  );
});

t.test('references keep the type of a whole value and are written into texts', async (t) => {
  const text = [
    "title: '${size} of ${frame.width}, $${size}, ${env:WHO:-nobody}'",
    'size: ${frame.width}',
    'frame: {width: 4}',
    'shape: ${shapes.0}',
    'shapes: [{type: square, side: 3}]',
  ].join('\n');
  const {value, origins} = await load({'a.yaml': text});
  t.match(value, {title: '4 of 4, ${size}, nobody', size: 4, shape: {type: 'square', side: 3}});
  t.match(origins.size, {kind: 'file', line: 2, reference: 'frame.width'});
});

t.test('environment variables are read as YAML scalars', async (t) => {
  const text = 'title: ${env:TITLE}\nsize: ${env:SIZE:-6}\nframe: {width: "${env:WIDTH:-1.5}"}\n';
  const {value, origins} = await load({'a.yaml': text}, {env: {TITLE: 'x: y', SIZE: '', WIDTH: '2'}});
  t.match(value, {title: 'x: y', size: 6, frame: {width: 2}}, 'an empty variable takes the default');
  t.match(origins['frame.width'], {kind: 'env', name: 'WIDTH', isSet: true});
  t.match(origins.size, {kind: 'env', name: 'SIZE', isSet: false});
});

t.test('references see overrides and extended files', async (t) => {
  const files = {'a.yaml': 'extends: b.yaml\nsize: ${frame.width}\n', 'b.yaml': 'title: b\nframe: {width: 4}\n'};
  t.match((await load(files)).value, {size: 4});
  t.match((await load(files, {overrides: ['frame.width=8', 'title=${size}-${frame.width}']})).value, {
    size: 8,
    title: '8-8',
  });
});

t.test('anchors and aliases are plain YAML', async (t) => {
  const {value} = await load({
    'a.yaml': 'title: &t A\nshapes: [&s {type: square, side: 2}, *s]\nlabels: {a: &n 1, b: *n}\n',
  });
  t.match(value, {title: 'A', shapes: [{side: 2}, {side: 2}], labels: {a: 1, b: 1}});
});

t.test('a record may hold any key, even __proto__, without touching a prototype', async (t) => {
  const {value} = await load({'a.yaml': 'title: A\nlabels: {__proto__: 1, constructor: 2}\n'});
  const {labels} = value as {labels: object};
  t.same(Object.entries(labels), [
    ['__proto__', 1],
    ['constructor', 2],
  ]);
  t.equal(Object.getPrototypeOf(labels), Object.prototype);
});

t.test('Windows files: byte order mark and CRLF', async (t) => {
  const {value} = await load({'a.yaml': '\uFEFFtitle: A\r\nsize: 4\r\n'});
  t.match(value, {title: 'A', size: 4});
  t.equal(await refusal({'a.yaml': '\uFEFFtitle: A\r\nsize: x\r\n'}), '2:7 size must be an integer; got "x"');
});

t.test('files that are no specs', async (t) => {
  await mkdir(join(folder, 'empty'), {recursive: true});
  await writeFile(join(folder, 'flowers.yaml'), 'title: A');
  const missing = await loadSpec(schema, {path: join(folder, 'flowres.yaml')}).catch((error: ExpError) => error);
  t.match(missing, {
    code: 'SPEC_INVALID',
    message: /flowres\.yaml does not exist$/,
    hint: /did you mean .*flowers\.yaml\?$/,
  });
  const directory = await loadSpec(schema, {path: join(folder, 'empty')}).catch((error: ExpError) => error);
  t.match(directory, {code: 'SPEC_INVALID', message: /empty is a folder$/});
  t.equal(
    await refusal({'a.yaml': Buffer.from([0x74, 0x3a, 0x20, 0xff, 0xfa])}),
    './a.yaml is not UTF-8 text: line 1 has other bytes | save it as UTF-8',
  );
  const latin1 = await refusal({'a.yaml': Buffer.from('title: a\n# caf\xe9\n', 'latin1')});
  t.match(latin1, /is not UTF-8 text: line 2 has other bytes/);
  t.equal(await refusal({'a.yaml': Buffer.from('\uFEFFtitle: A', 'utf16le')}), './a.yaml is UTF-16 | save it as UTF-8');
  t.match(await refusal({'a.yaml': Buffer.from('title: a\0b')}), /is not a text file: there is a zero byte in line 1/);
  t.match(await refusal({'a.yaml': `title: ${'x'.repeat(300_000)}`}), /is 293 KiB large; a spec has at most 256 KiB/);
});

t.test('texts made to be slow or deep are refused like any other', async (t) => {
  const size = 250_000;
  const bombs = {
    brackets: '['.repeat(size),
    braces: '{a: '.repeat(size / 4),
    dashes: `${'- '.repeat(size / 2)}a`,
    questions: '? '.repeat(size / 2),
    quotes: '"'.repeat(size),
    anchors: `${'&a '.repeat(size / 3)}b`,
    keys: Array.from({length: 20_000}, (_, i) => `k${i}: 1`).join('\n'),
    references: Array.from({length: 6000}, (_, i) => `k${i}: \${nowhere${i}}`).join('\n'),
    chain: Array.from({length: 9000}, (_, i) => `k${i}: \${k${i + 1}}`).join('\n'),
    documents: '---\n'.repeat(size / 4),
    aliases: `a: &a [1, 2]\nb: [${'*a, '.repeat(size / 5)}]`,
    text: `a: ["${'x'.repeat(9000)}"]\ntitle: '${'${a.0}'.repeat(9)}'`,
  };
  for (const [name, text] of Object.entries(bombs)) {
    t.match(await refusal({'bomb.yaml': text}), /^\d+:\d+ /, name);
  }
});

import t from 'tap';
import {initializers} from '../../src/model/initializers/index.js';
import {layers} from '../../src/model/layers/index.js';
import {regularizers} from '../../src/model/regularizers/index.js';
import {renderKind} from '../../src/report/words.js';

t.test('the list names every member once and fits the terminal', async (t) => {
  for (const width of [40, 80]) {
    const lines = renderKind('layers', undefined, {json: false, width}).split('\n');
    t.same(
      lines.filter((line) => /^\S/.test(line)).map((line) => line.split(' ')[0]),
      Object.keys(layers),
    );
    t.ok(
      lines.every((line) => line.length <= width),
      `${width} columns`,
    );
  }
});

t.test('a page tells arguments, defaults, shapes and an example, and fits the terminal', async (t) => {
  for (const width of [40, 80]) {
    const page = renderKind('layers', 'conv2d', {json: false, width});
    const words = page.replace(/\s+/g, ' ');
    for (const argument of Object.keys(layers.conv2d.args.properties)) t.ok(words.includes(argument), argument);
    t.match(words, /padding valid \| same default valid/);
    t.match(words, /filters integer ≥ 1 required/);
    t.match(words, /default glorotUniform/);
    t.match(page, layers.conv2d.example);
    const longest = Math.max(
      ...page
        .split('\n')
        .filter((line) => !line.includes('{type:'))
        .map((line) => line.length),
    );
    t.ok(longest <= width, `${longest} of ${width} columns`);
  }
});

t.test('JSON for one and for all', async (t) => {
  const one = JSON.parse(renderKind('layers', 'dropout', {json: true})) as object;
  t.match(one, {
    type: 'dropout',
    arguments: [{name: 'rate', type: 'number in [0, 1)', required: true}],
    facts: {shapes: '[...] → the same'},
    example: '- {type: dropout, rate: 0.5}',
  });
  const all = JSON.parse(renderKind('layers', undefined, {json: true})) as {type: string}[];
  t.same(
    all.map(({type}) => type),
    Object.keys(layers),
  );
});

t.test('a name that is not there', async (t) => {
  t.match(renderKind('layers', 'add', {json: false}), /^ {2}inputs {2}2 or more$/m);
  t.match(renderKind('layers', 'dot', {json: false}), /^ {2}inputs {2}2$/m);
  t.throws(() => renderKind('layers', 'maxpool', {json: false}), {
    code: 'USAGE',
    message: 'there is no layer `maxpool`',
    hint: 'did you mean `maxPooling2d`?',
  });
  t.throws(() => renderKind('layers', 'zzz', {json: false}), {
    message: 'there is no layer `zzz`',
    hint: `there are ${Object.keys(layers).join(', ')}`,
  });
});

t.test('initializers and regularizers', async (t) => {
  const typesOf = (kind: 'initializers' | 'regularizers'): string[] =>
    (JSON.parse(renderKind(kind, undefined, {json: true})) as {type: string}[]).map(({type}) => type);
  t.same(typesOf('initializers'), Object.keys(initializers));
  t.same(typesOf('regularizers'), Object.keys(regularizers));
  t.match(renderKind('regularizers', 'l2', {json: false}), /l2 {2}number ≥ 0 {2}default 0\.01/);
});

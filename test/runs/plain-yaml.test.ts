import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {parse, stringify} from 'yaml';
import {parsePlainYaml} from '../../src/runs/plain-yaml.js';

const experiments = path.resolve(import.meta.dirname, '../../experiments');

t.test('reads what yaml writes of the lessons, as yaml does', async (t) => {
  const files = readdirSync(experiments).filter((name) => name.endsWith('.yaml'));
  t.ok(files.length > 5);
  let numPlain = 0;
  for (const name of files) {
    const written = stringify(parse(readFileSync(path.join(experiments, name), 'utf8')));
    const read = parsePlainYaml(written);
    if (read === undefined) continue;
    numPlain++;
    t.strictSame(read, parse(written), name);
  }
  t.ok(numPlain >= files.length / 2, `${numPlain} of ${files.length} need no whole parser`);
});

t.test('reads nothing else than yaml does, and leaves to it what it does not know', async (t) => {
  const values = [
    ...[
      'a',
      'a b',
      'a: b',
      'a #b',
      'a,b',
      '[a]',
      '- a',
      'true',
      'True',
      'no',
      'null',
      'NULL',
      '~',
      '',
      ' a',
      'a ',
      '1',
      '1e3',
    ],
    ...[
      '0x10',
      '0o7',
      '1_000',
      '.inf',
      '-.INF',
      '.nan',
      '+1',
      '01',
      '1.',
      '.5',
      '1e-8',
      '-0',
      '2026-11-23',
      '12:30',
      'é',
      'a\nb',
    ],
    ...[
      '*a',
      '&a',
      '!a',
      '%a',
      '@a',
      '`a`',
      '"a"',
      "'a'",
      '|',
      '>',
      '? a',
      '{a: 1}',
      'a\tb',
      '\u001b[31m',
      '\u202e',
      '__proto__',
    ],
    ...['x'.repeat(200), 'long words '.repeat(20), '-', '--- a', '...', 'NaN', 'Infinity'],
    ...[0, -1, 1.5, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, true, false, null, [], {}],
  ];
  for (const value of values) {
    for (const data of [
      {key: value},
      {key: [value, value]},
      {key: [{a: value, b: value}, {a: {c: [value]}}]},
      {a: {b: {c: value}, d: value}, e: value},
    ]) {
      const written = stringify(data);
      const read = parsePlainYaml(written);
      if (read !== undefined) t.strictSame(read, parse(written), JSON.stringify(written));
    }
  }
  t.strictSame(parsePlainYaml('a: {}\nb:\n  - x\n  - c: 1\n    d:\n      - "\\u001b"\n'), {
    a: {},
    b: ['x', {c: 1, d: ['\u001b']}],
  });
  for (const text of [
    ...[
      '',
      'a',
      'a: 1',
      '- 1\n',
      'a:\nb: 1\n',
      'a: 1\na: 2\n',
      'a: 1\n  b: 2\n',
      'a:\n  b: 1\n c: 2\n',
      'a: 1 # one\n',
    ],
    ...[
      'a: b\n  c\n',
      '__proto__: 1\n',
      'a:\n- 1\n',
      'a:\n  - - 1\n',
      '# a\na: 1\n',
      'a: 1\n\nb: 2\n',
      'a: 1\r\n',
      'a:  1\n',
    ],
    ...['a:\n  - 1\n  b: 2\n', 'a:\n  b: 1\n  - 2\n', '"a": 1\n', 'a: &b 1\n', 'a: *b\n', '? a\n', '---\na: 1\n'],
  ]) {
    t.equal(parsePlainYaml(text), undefined, JSON.stringify(text));
  }
});

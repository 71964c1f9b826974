import {Rng} from '../../src/support/random.js';

/** Draws of one fuzz case: everything follows from the seed, so that a case can be made again by its number. */
export class Draw {
  readonly #rng: Rng;

  constructor(seed: number, purpose: string) {
    this.#rng = Rng.fromSeed(seed).split(purpose);
  }

  /** In [0, bound). */
  below(bound: number): number {
    return bound >= 1 ? this.#rng.below(Math.floor(bound)) : 0;
  }

  chance(probability: number): boolean {
    return this.#rng.uniform() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Small numbers most of the time. */
  count(most = 6): number {
    return Math.min(this.below(most + 1), this.below(most + 1));
  }

  number(): number {
    return this.chance(0.6) ? this.below(12) : this.pick(numbers);
  }

  text(): string {
    return this.pick(texts);
  }

  key(): string {
    return this.pick(keys);
  }

  /** A plain value of any kind. */
  anything(depth = 0): unknown {
    const kind = this.below(depth > 3 ? 5 : 8);
    if (kind === 0) return null;
    if (kind === 1) return this.chance(0.5);
    if (kind === 2) return this.number();
    if (kind <= 4) return this.text();
    if (kind <= 5) return Array.from({length: this.count()}, () => this.anything(depth + 1));
    return new Map(Array.from({length: this.count()}, () => [this.key(), this.anything(depth + 1)]));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({length}, () => this.below(256));
  }
}

const numbers: readonly number[] = [
  ...[-1, 0, 0.5, -0, 1e-320, 3.4e38, 1e39, 1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2 ** 60, 1e21, 28, 784],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e5, 1e7, 65_536, 255, -(2 ** 31), 0.1, 1e-7],
];

/** Texts that have a meaning to somebody: to YAML, JavaScript, a terminal, a shell, HTML, a file system. */
const texts: readonly string[] = [
  ...[
    '',
    ' ',
    'a',
    'adam',
    'relu',
    'dense',
    'accuracy',
    'val_accuracy',
    'test_accuracy',
    'loss',
    'x',
    'all',
    'auto',
    'none',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'],
  ...[
    '../../../etc/passwd',
    '/etc/passwd',
    '/dev/zero',
    '/dev/stdin',
    '/proc/self/mem',
    '.',
    '..',
    '/',
    'data',
    'data/cars.csv',
  ],
  ...[
    'data/digits',
    'data/alice.txt',
    '~',
    'file:///etc/passwd',
    'http://127.0.0.1:9/x',
    'C:\\data',
    '\\\\host\\share',
    'a\u0000b',
  ],
  ...[
    '${training.epochs}',
    '${env:HOME}',
    '${env:NOT_SET}',
    '${env:NOT_SET:-7}',
    '${',
    '$${x}',
    '${model}',
    '${a.b.c}',
    '${seed}',
  ],
  ...[
    '${model.layers[0]}',
    '${model.layers.0.units}',
    '${env:}',
    '${}',
    '${name} and ${seed}',
    '${name}${name}${name}',
  ],
  ...[
    '\u001b[31mred\u001b[0m',
    '\u0007',
    '\u202Eevil',
    '<script>alert(1)</script>',
    '"',
    "'",
    '`',
    'a: b',
    '- a',
    '#',
    '&a',
    '*a',
  ],
  ...[
    'é',
    '日本語',
    '🙂🙂',
    '\ud800',
    'a\tb',
    'a\nb',
    '\r\n',
    'x'.repeat(300),
    '*'.repeat(80),
    '!!js/function',
    '!!binary',
    'yes',
    'null',
  ],
  ...[
    '1e3',
    '0x1F',
    '0o17',
    '1_000',
    '.inf',
    '-.inf',
    '2026-11-23',
    '12:30:45',
    '%TAG',
    '---',
    '...',
    '? a',
    '<<',
    '@a',
    '%a',
    '|',
    '>',
  ],
  ...[
    '*/kernel',
    '[',
    '(a+)+$',
    '^(',
    'a.b',
    'a/b',
    'a[0]',
    'train',
    'validation',
    'same',
    'valid',
    'max',
    'min',
    'cpu',
    'compiled',
  ],
];

const keys: readonly string[] = [
  ...[
    'type',
    'name',
    'units',
    'filters',
    'layers',
    'inputs',
    'output',
    'source',
    'path',
    'epochs',
    'batchSize',
    'loss',
    'metrics',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    '<<',
    '',
    ' ',
    'a.b',
    '0',
    '-1',
    'extends',
    'seed',
    'seeds',
    'x y',
  ],
  ...[
    'target',
    'columns',
    'validation',
    'monitor',
    'learning_rate',
    'lr',
    'batch_size',
    'Type',
    'é',
    '🙂',
    '${a}',
    '\u001b[2J',
    '<b>',
  ],
];

import t from 'tap';
import {linePlot} from '../../../src/report/plot/line-plot.js';
import {plotOptions} from '../../../src/report/plot/options.js';
import type {Series} from '../../../src/report/plot/series.js';
import {createStyle} from '../../../src/report/style.js';
import {widthOf} from '../../../src/report/text.js';
import {wantsUnicode} from '../../../src/report/unicode.js';

const plain = createStyle(false);
const series = (name: string, ...ys: readonly number[]): Series => ({name, points: ys.map((y, x) => ({x, y}))});
const small = {width: 20, height: 3, style: plain, unicode: false};
const drawn = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

t.test('a rising line in ASCII, a letter for each of three heights', async (t) => {
  const plot = linePlot([series('y', 0, 1, 2, 3, 4)], {...small, height: 5, xTitle: 'step', yTitle: 'loss'});
  t.equal(
    plot,
    drawn(
      'loss',
      "4 +              .-'",
      "  |           .-'",
      "2 +       .-''",
      "  |    .-'",
      "0 +.--'",
      '  ++-------+-------+',
      '   0       2       4',
      '                step',
    ),
  );
});

t.test('braille has two dots across and four down', async (t) => {
  // Eight dots across and four down: two dots to the right for each one up.
  const plot = linePlot([series('y', 0, 1)], {...small, width: 7, height: 1, unicode: true});
  t.equal(plot.split('\n')[0], '1 ┤⣀⠤⠒⠉');
});

t.test('several curves: a letter each without colour, a colour each with it', async (t) => {
  const both = [series('train', 0, 2, 0), series('validation', 2, 2, 2)];
  t.equal(
    linePlot(both, small),
    drawn(
      '* train',
      '+ validation',
      '2 ++++++++++++++++++',
      '  |   ****   ****',
      '0 +***           ***',
      '  ++---------------+',
      '   0               2',
    ),
  );
  const style = createStyle(true);
  const [legend] = linePlot(both, {...small, width: 40, style, unicode: true}).split('\n');
  t.equal(legend, `${style.cyan('⠒⠒')} train   ${style.yellow('⠒⠒')} validation`);
});

t.test('what is not a number is a gap, and one point, equal values and nothing at all can be drawn', async (t) => {
  const gap = linePlot([series('y', 1, Number.NaN, 2, Number.POSITIVE_INFINITY, 1)], small);
  t.equal(
    gap
      .split('\n')
      .slice(0, 3)
      .join('')
      .replace(/[^'.-]/g, '').length,
    3,
    'three points and no line',
  );
  t.equal(linePlot([series('y', 7, 7, 7)], small).split('\n')[1], `   |${'-'.repeat(16)}`, 'in the middle');
  for (const one of [
    series('y', 3),
    series('y'),
    series('y', 0, 0),
    series('y', 1e300, -1e300),
    series('y', 1, 1 + 1e-12),
  ])
    t.match(linePlot([one], small), /\+/);
});

t.test('no line is wider than it may be', async (t) => {
  const wild = Array.from({length: 500}, (_, i) => Math.sin(i / 9) * 10 ** (i % 40 === 0 ? 3 : 1));
  for (let width = 20; width <= 200; width += 7) {
    for (const unicode of [true, false]) {
      const options = {width, style: plain, unicode, xTitle: 'update number'.repeat(9), yTitle: 'rate '.repeat(60)};
      const names = ['a', 'a longer name that is no use '.repeat(9), 'c'];
      const lines = linePlot(
        names.map((name) => series(name, ...wild)),
        options,
      ).split('\n');
      t.ok(
        lines.every((line) => widthOf(line) <= width && line === line.trimEnd()),
        `${width} columns`,
      );
      t.ok(unicode || lines.every((line) => !/[^ -~]/.test(line)), 'ASCII');
    }
  }
});

t.test('a curve that begins at zero keeps its zero', async (t) => {
  const plot = linePlot([series('y', 8, 9, 10)], {...small, height: 5, fromZero: true});
  t.match(plot, /^10 \+/);
  t.match(plot, /\n 0 \+/);
});

t.test('which terminals get more than ASCII', async (t) => {
  t.equal(wantsUnicode({LANG: 'de_DE.UTF-8'}), true);
  t.equal(wantsUnicode({LANG: 'en_US.utf8', TERM: 'xterm'}), true);
  t.equal(wantsUnicode({}), true, 'nothing is said');
  t.equal(wantsUnicode({LANG: 'C'}), false);
  t.equal(wantsUnicode({LANG: 'en_US.UTF-8', LC_ALL: 'POSIX'}), false, 'LC_ALL wins');
  t.equal(wantsUnicode({LANG: 'C', LC_CTYPE: 'C.UTF-8', LC_ALL: ''}), true, 'an empty one says nothing');
  t.equal(wantsUnicode({LANG: 'en_US.UTF-8', TERM: 'linux'}), false);
});

t.test('how a stream is drawn on', async (t) => {
  const write = (): void => {};
  t.match(plotOptions({isTTY: true, columns: 120, write}, false, {}), {
    width: 120,
    unicode: true,
    style: {enabled: true},
  });
  t.match(plotOptions({isTTY: true, columns: 300, write}, true, {NO_COLOR: '1'}), {
    width: 200,
    unicode: false,
    style: {enabled: false},
  });
  t.match(plotOptions({write}, false, {}), {width: 80, style: {enabled: false}});
});

import t from 'tap';
import {svgPlot} from '../../../src/report/plot/svg-plot.js';

const options = {title: 'loss < 1 & "more"', xTitle: 'epoch', yTitle: 'loss'};

t.test('a curve goes from corner to corner, with a gap where there is no value', async (t) => {
  const points = [0, 1, Number.NaN, 1, 2].map((y, x) => ({x, y}));
  const svg = svgPlot([{name: 'loss', points}], options);
  // 624 × 312 pixels inside, from (76, 56): a quarter of the width and half of the height are 156 each.
  t.match(svg, 'd="M76 368L232 212M544 212L700 56"');
  t.match(svg, '<title>loss &lt; 1 &amp; &quot;more&quot;</title>');
  t.notMatch(svg, 'NaN');
  t.equal(svg.match(/class="curve"/g)!.length, 1, 'one curve needs no legend');
});

t.test('several curves have a legend and colours of their own', async (t) => {
  const points = [
    {x: 1, y: 1},
    {x: 2, y: 3},
  ];
  const svg = svgPlot(
    [
      {name: 'a&b', points},
      {name: 'c', points},
    ],
    {...options, fromZero: true},
  );
  t.equal(new Set([...svg.matchAll(/stroke="(#\w+)"/g)].map(([, color]) => color)).size, 2);
  t.match(svg, '>a&amp;b</text>');
  t.match(svg, '>0</text>', 'the y axis goes down to 0');
});

t.test('tags are closed, whatever is drawn', async (t) => {
  for (const points of [[], [{x: 1, y: 5}], [{x: 0, y: Number.POSITIVE_INFINITY}]]) {
    const svg = svgPlot([{name: 'x', points}], options);
    for (const tag of ['svg', 'title', 'style', 'text'])
      t.equal(svg.match(new RegExp(`<${tag}[ >]`, 'g'))?.length, svg.match(new RegExp(`</${tag}>`, 'g'))?.length, tag);
    t.notMatch(svg, /NaN|Infinity|undefined/);
  }
});

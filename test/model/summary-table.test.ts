import t from 'tap';
import {inferShapes} from '../../src/model/infer-shapes.js';
import {summaryTable} from '../../src/model/summary-table.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

t.test('a small model, in whole', async (t) => {
  const layers = inferShapes(
    modelOf({type: 'dense', units: 1000}, {type: 'dropout', rate: 0.5}, {type: 'dense', units: 999}),
    {input: [2000]},
  );
  t.equal(
    summaryTable(layers),
    [
      'layer    type     output  parameters',
      '────────────────────────────────────',
      'dense    dense    [1000]   2,001,000',
      'dropout  dropout  [1000]           0',
      'dense_1  dense    [999]      999,999',
      '────────────────────────────────────',
      '3,000,999 parameters',
    ].join('\n'),
  );
});

t.test('parameters that are not trained are told apart', async (t) => {
  const layers = inferShapes(modelOf({type: 'batchNormalization'}), {input: [500]});
  t.equal(summaryTable(layers).split('\n').at(-1), '2,000 parameters, 1,000 trainable');
});

t.test('long names fit any terminal and can still be told apart', async (t) => {
  const layers = inferShapes(
    modelOf(
      {type: 'conv2d', filters: 32, kernelSize: 5, padding: 'same', name: 'a-name-that-says-far-more-than-it-has-to'},
      {type: 'batchNormalization'},
      {type: 'batchNormalization'},
      {type: 'globalAveragePooling2d'},
    ),
    {input: [128, 128, 3]},
  );
  for (const width of [40, 59, 60, 80, 200]) {
    const lines = summaryTable(layers, width).split('\n');
    t.ok(
      lines.every((line) => line.length <= width),
      `${width} columns`,
    );
    t.equal(new Set(lines.slice(2, 6)).size, 4);
    t.equal(lines[0]?.includes('type'), width >= 60);
  }
  t.match(summaryTable(layers, 40), /^batc.*…on_1 /m);
});

t.test('layers say what they take where it is not the layer above', async (t) => {
  const branch: WrittenLayer = {type: 'dense', units: 500, inputs: 'input'};
  const long = 'a-name-that-says-far-more-than-it-has-to';
  const layers = inferShapes(
    modelOf(branch, {...branch, name: long}, {type: 'add', inputs: ['dense', long]}, {type: 'dense', units: 2}),
    {input: [999]},
  );
  t.equal(
    summaryTable(layers),
    [
      'layer                                     type   output  parameters',
      '───────────────────────────────────────────────────────────────────',
      'dense                                     dense  [500]      500,000',
      'a-name-that-says-far-more-than-it-has-to  dense  [500]      500,000',
      '  ← input',
      'add                                       add    [500]            0',
      '  ← dense, a-name-that-says-far-more-than-it-has-to',
      'dense_1                                   dense  [2]          1,002',
      '───────────────────────────────────────────────────────────────────',
      '1,001,002 parameters',
    ].join('\n'),
  );
  const narrow = summaryTable(layers, 40).split('\n');
  t.ok(narrow.every((line) => line.length <= 40));
  t.same(narrow.slice(6, 8), ['  ← dense', '    a-name-that-says-far-more-than-…s-to']);
});

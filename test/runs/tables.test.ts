import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {renderRunTable} from '../../src/report/run-table.js';
import {createStyle} from '../../src/report/style.js';
import {RunDirectory} from '../../src/runs/run-directory.js';
import {RunWriter} from '../../src/runs/run-writer.js';
import {readTables} from '../../src/runs/tables.js';

const table = {
  name: 'confusion-matrix',
  header: ['true \\ predicted', 'cat', 'dog, small'],
  rows: [
    ['cat', 31, 2],
    ['dog, small', 0, 7],
  ],
};
const text = 'true \\ predicted,cat,"dog, small"\ncat,31,2\n"dog, small",0,7\n';

t.test('tables of metrics become files that are read back', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const writer = new RunWriter(directory, {metricColumns: ['loss'], runningColumns: ['loss'], logEverySteps: 1});
  writer.listen({type: 'tables', split: 'validation', tables: [table, {...table, name: 'head/1 confusion-matrix'}]});
  writer.listen({type: 'tables', split: 'test', tables: [table]});
  await writer.close();
  t.equal(readFileSync(path.join(directory.path, 'confusion-matrix.test.csv'), 'utf8'), text);
  t.strictSame(
    readdirSync(directory.path).filter((name) => name.includes('confusion')),
    ['confusion-matrix.test.csv', 'confusion-matrix.validation.csv', 'head-1-confusion-matrix.validation.csv'],
  );
  const tables = readTables(directory.path);
  t.strictSame(
    tables.map(({name, split}) => [name, split]),
    [
      ['confusion-matrix', 'validation'],
      ['confusion-matrix', 'test'],
      ['head-1-confusion-matrix', 'validation'],
    ],
  );
  t.strictSame(tables[0]!.header, table.header);
  t.strictSame(tables[0]!.rows[1], ['dog, small', '0', '7']);
});

t.test('a damaged table and a folder that is gone are no tables', async (t) => {
  const folder = t.testdir({'confusion-matrix.test.csv': 'a,b\n1,"2', 'metrics.csv': 'epoch\n'});
  t.strictSame(readTables(folder), []);
  writeFileSync(path.join(folder, 'confusion-matrix.test.csv'), text);
  t.equal(readTables(folder).length, 1);
  t.strictSame(readTables(path.join(folder, 'gone')), []);
});

t.test('a table of up to twelve classes is shown', async (t) => {
  const folder = t.testdir({'confusion-matrix.test.csv': text});
  const [read] = readTables(folder);
  const view = {style: createStyle(false), width: 80};
  t.equal(
    renderRunTable(read!, view),
    [
      'confusion matrix of the test set',
      'true \\ predicted  cat  dog, sma…',
      'cat                31          2',
      'dog, small          0          7',
      '',
    ].join('\n'),
  );
  const [title] = renderRunTable({...read!, name: 'my_head_confusion-matrix'}, view).split('\n');
  t.equal(title, 'confusion matrix of my_head, the test set');
  const classes = (number: number): string[] => ['', ...Array.from({length: number}, (_, index) => `${index}`)];
  t.not(renderRunTable({...read!, header: classes(12)}, view), '');
  t.equal(renderRunTable({...read!, header: classes(13)}, view), '');
});

import {stripVTControlCharacters} from 'node:util';
import t from 'tap';
import {type Finding, renderChecklist} from '../../src/report/checklist.js';
import {createStyle} from '../../src/report/style.js';

const findings: readonly Finding[] = [
  {subject: 'Node.js', state: 'ok', detail: '20.20.2'},
  {
    subject: 'runs',
    state: 'problem',
    detail: 'one two three four five six seven',
    fix: 'choose another folder for them',
  },
];

t.test('one aligned line per finding where there is room', async (t) => {
  t.equal(
    renderChecklist(findings, {width: 80}),
    [
      '  ✓ Node.js  20.20.2',
      '  ✗ runs     one two three four five six seven',
      '             → choose another folder for them',
    ].join('\n'),
  );
});

t.test('details go below their subject in a narrow terminal, and wrap', async (t) => {
  t.equal(
    renderChecklist(findings, {width: 30}),
    [
      '  ✓ Node.js',
      '    20.20.2',
      '  ✗ runs',
      '    one two three four five',
      '    six seven',
      '    → choose another folder',
      '      for them',
    ].join('\n'),
  );
});

t.test('colour does not move anything', async (t) => {
  const plain = renderChecklist(findings, {width: 40});
  const styled = renderChecklist(findings, {width: 40, style: createStyle(true)});
  t.not(styled, plain);

  t.equal(stripVTControlCharacters(styled), plain);
});

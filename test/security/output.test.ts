import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {exp, plainEnv} from '../commands/cli.js';

/** What a terminal takes for commands: colours, clearing the screen, a new title; a bell, a deletion, an override of direction. */
const command = '\u001b[2J\u001b]0;owned\u0007';
const script = '<script>alert(1)</script><img src=x onerror=alert(2)>';
const nasty = `${command}${script}\u009b31m\u007f`;

/** Anything that a terminal acts on. */
const isClean = (text: string): boolean => !/[^\P{Cc}\n\t]/u.test(text);

const classes = ['yes', `no${nasty}`];
const csv = `x,"z${nasty}",y\n${Array.from({length: 40}, (_, i) => `${i % 7},${i % 5},"${classes[(i % 7) % 2]}"`).join('\n')}\n`;
const spec = `name: nasty
description: ${JSON.stringify(`all of it: ${nasty}`)}
tags: [${JSON.stringify(nasty)}]
data: {source: {type: csv, path: t.csv, target: y}, validation: {fraction: 0.2}}
model: {layers: [{type: dense, units: 2}]}
training: {epochs: 2, batchSize: 8, loss: softmaxCrossEntropy, optimizer: adam, metrics: [accuracy, confusionMatrix, {type: precision, average: none}]}
`;

t.test('names in specs, data and folders cannot command a terminal or a page', async (t) => {
  const folder = path.join(t.testdir({}), 'work');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 't.csv'), csv);
  writeFileSync(path.join(folder, 'spec.yaml'), spec);
  const env = {...plainEnv, NO_COLOR: '1'};
  const commands: readonly (readonly string[])[] = [
    ['validate', 'spec.yaml'],
    ['run', 'spec.yaml'],
    ['run', 'spec.yaml', '--dry-run'],
    ['run', 'spec.yaml', '--json', 'training.epochs=1'],
    ['ls'],
    ['ls', '--json'],
    ['show', 'latest'],
    ['compare'],
    ['compare', '--columns', 'description,tags'],
    ['evaluate', 'latest'],
    ['predict', 'latest', '--input', 't.csv'],
    ['show-data', 'spec.yaml'],
    ['explain', 'spec.yaml', 'tags'],
    ['plot', 'latest'],
    ['report'],
    ['validate', `${command}.yaml`],
    ['run', 'spec.yaml', `training.epochs=${command}`],
    ['show', command],
  ];
  for (const args of commands) {
    const {stdout, stderr} = await exp(folder, args, env);
    // Values of data go out as they are: whoever reads them wants them so.
    if (args[0] !== 'predict')
      t.ok(isClean(stdout), `exp ${args.slice(0, 2).join(' ')}: ${JSON.stringify(stdout.slice(0, 3000))}`);
    t.ok(isClean(stderr), `exp ${args.slice(0, 2).join(' ')}, errors: ${JSON.stringify(stderr.slice(0, 1000))}`);
    t.notMatch(stderr, /bug in exp/);
  }
  const page = readFileSync(path.join(folder, 'report.html'), 'utf8');
  t.notOk(page.includes('<script>alert(1)'), 'no script of a name in the page');
  t.notOk(page.includes('<img src=x onerror'), 'no element of a name in the page');
  for (const run of readdirSync(path.join(folder, 'runs')).filter((name) => name.startsWith('nasty'))) {
    t.ok(isClean(readFileSync(path.join(folder, 'runs', run, 'output.log'), 'utf8')), 'output.log');
    for (const name of readdirSync(path.join(folder, 'runs', run))) t.match(name, /^[\w.-]+$/);
  }
});

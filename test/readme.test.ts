import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {exitCodes} from '../src/support/errors.js';

const root = path.resolve(import.meta.dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const exp = (folder: string, ...args: readonly string[]) =>
  execa(process.execPath, [path.join(root, 'bin/exp.js'), ...args], {cwd: folder, reject: false});

/** The code blocks of the README in a language. */
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);

t.test('the experiment in the README is valid and is mnist-cnn', async (t) => {
  const [spec] = blocks('yaml');
  const folder = t.testdir({'mnist-cnn.yaml': spec!});
  const {exitCode, stdout} = await exp(folder, 'run', 'mnist-cnn.yaml', '--dry-run');
  t.equal(exitCode, 0);
  const lesson = await exp(root, 'run', 'experiments/mnist-cnn.yaml', '--dry-run');
  // How long compiling takes is another number each time.
  const fromTable = (screen: string): string =>
    screen.slice(screen.indexOf('layer ')).replace(/^compiled +in .*$/m, 'compiled');
  t.equal(fromTable(stdout), fromTable(lesson.stdout));
});

t.test('the mistakes shown in the README are reported as shown', async (t) => {
  const spec = blocks('yaml')[0]!
    .replace('filters: 32', 'filters: -3')
    .replace('activation: relu', 'activation: rleu')
    .replace('batchSize', 'batch_size');
  const folder = t.testdir({});
  writeFileSync(path.join(folder, 'mnist-cnn.yaml'), spec);
  const {exitCode, all} = await execa(process.execPath, [path.join(root, 'bin/exp.js'), 'validate', 'mnist-cnn.yaml'], {
    cwd: folder,
    reject: false,
    all: true,
  });
  t.equal(exitCode, 2);
  const shown = blocks('text').find((block) => block.includes('batch_size'));
  t.equal(`${all?.trim()}\n`, shown);
});

t.test('the table of commands lists every command, in no other words', async (t) => {
  const listed = [...readme.matchAll(/^\| `exp ([\w-]+)/gm)].map((match) => match[1]);
  const {commands} = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8'));
  // Commands of a topic (engines:install) share a row.
  const names = new Set(Object.keys(commands).map((name) => name.split(':')[0]));
  t.same([...listed].sort(), [...names].sort());
});

t.test('the table of exit codes lists every code', async (t) => {
  const listed = [...readme.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
  t.same(
    listed,
    [...new Set([0, ...Object.values(exitCodes)])].sort((a, b) => a - b),
  );
});

t.test('the files that the README links to are there', async (t) => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!);
  t.ok(links.length >= 3);
  for (const link of links) t.ok(existsSync(path.join(root, link)), link);
});

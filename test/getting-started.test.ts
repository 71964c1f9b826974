import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';

const root = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(root, 'docs/getting-started.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)];

t.test('the page works from top to bottom', async (t) => {
  const folder = t.testdir({});
  let numCommands = 0;
  for (const [, language, file, text] of blocks) {
    if (file !== undefined) writeFileSync(path.join(folder, file), text!);
    if (language !== 'sh') continue;
    for (const line of text!.trim().split('\n')) {
      const [npx, exp, ...args] = line.split(' ');
      t.same([npx, exp], ['npx', 'exp']);
      const result = await execa(process.execPath, [path.join(root, 'bin/exp.js'), ...args], {
        cwd: folder,
        reject: false,
      });
      t.equal(result.exitCode, 0, `${line}\n${result.stdout}\n${result.stderr}`);
      numCommands++;
    }
  }
  t.ok(numCommands > 8);
});

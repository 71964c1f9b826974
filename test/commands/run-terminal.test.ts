import {spawnSync} from 'node:child_process';
import {stripVTControlCharacters} from 'node:util';
import t from 'tap';
import {widthOf} from '../../src/report/text.js';
import {expPath, plainEnv, withTinySpec} from './cli.js';

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

/** What `exp` writes to a terminal of its own that has so many columns. */
function onTerminal(
  cwd: string,
  columns: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const command = `stty cols ${columns} rows 24; exec '${process.execPath}' '${expPath}' ${args.join(' ')}`;
  const {stdout} = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: {...plainEnv, TERM: 'xterm-256color', ...env},
    encoding: 'utf8',
    input: '',
  });
  return stdout;
}

t.test('on a terminal', {skip: hasScript ? false : 'the program `script` is not installed'}, async (t) => {
  const cwd = withTinySpec(t.testdir());
  for (const columns of [80, 40]) {
    const written = onTerminal(cwd, columns, ['run', 'tiny.yaml', 'training.epochs=2']);
    const drawn = stripVTControlCharacters(written).split(/[\r\n]+/);
    t.ok(
      drawn.some((line) => /^epoch 1\/2 .*100 %/.test(line)) ||
        drawn.some((line) => /^epoch 1\/2 +\S* +33 %/.test(line)),
      'a bar',
    );
    t.ok(
      drawn.some((line) => /^epoch 2\/2 {2}loss /.test(line)),
      'a line that stays',
    );
    const tooWide = drawn.filter((line) => widthOf(line) > columns && !line.includes('runs/'));
    t.strictSame(tooWide, [], `nothing but the path of the run is wider than ${columns} columns`);
    t.ok(written.includes('\u001B[1m'), 'with colour and bold');
    t.ok(
      written.lastIndexOf('\u001B[?25h') > written.lastIndexOf('\u001B[?25l') || !written.includes('\u001B[?25l'),
      'the cursor is back',
    );
  }
  const colourless = onTerminal(cwd, 80, ['run', 'tiny.yaml'], {NO_COLOR: '1'});
  t.notMatch(colourless.replaceAll('\u001B', '⎋'), /⎋\[[\d;]*m/, 'NO_COLOR is respected');
  t.notMatch(onTerminal(cwd, 80, ['run', 'tiny.yaml', '--quiet']), /epoch 1/, 'quiet has no bar');
});

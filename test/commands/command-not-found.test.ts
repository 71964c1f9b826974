import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {suggestCommand} from '../../src/commands/hooks/command-not-found.js';

t.test('suggestions', async (t) => {
  const commands = ['run', 'validate', 'layers'];
  t.equal(suggestCommand(['valdate'], commands), 'did you mean exp validate?');
  t.equal(suggestCommand(['rnu', 'a.yaml'], commands), 'did you mean exp run?');
  t.equal(suggestCommand(['a.yaml', '--quiet'], commands), 'exp run a.yaml --quiet');
  t.equal(suggestCommand(['tensorboard'], commands), 'exp --help lists the commands');
});

t.test('a misspelt command ends with exit code 2 and says what was meant', async (t) => {
  const exp = path.resolve(import.meta.dirname, '../../bin/exp.js');
  const {exitCode, stdout, stderr} = await execa(process.execPath, [exp, 'docter', 'now', '--json'], {reject: false});
  t.equal(exitCode, 2);
  t.equal(stdout, '');
  t.equal(stderr, 'error: there is no command docter\nhint:  did you mean exp doctor?');
});

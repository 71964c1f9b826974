import type {Hook} from '@oclif/core/hooks';
import {createStyle, wantsColor} from '../../report/style.js';
import {nearest} from '../../spec/suggest.js';

/** What somebody most likely meant by a word that is no command: a spec without `run`, or a command misspelt. */
export function suggestCommand(words: readonly string[], commands: readonly string[]): string {
  const [first = ''] = words;
  if (/\.ya?ml$/.test(first)) return `exp run ${words.join(' ')}`;
  const command = nearest(first, commands);
  return command === undefined ? 'exp --help lists the commands' : `did you mean exp ${command}?`;
}

/** Ends with exit code 2, as any other command line that makes no sense. oclif joins the words it does not know by colons. */
const commandNotFound: Hook<'command_not_found'> = async ({id, argv = [], config}) => {
  const words = [...id.split(':'), ...argv];
  const style = createStyle(wantsColor(process.stderr));
  process.stderr.write(`${style.red('error:')} there is no command ${words[0]}\n`);
  process.stderr.write(`${style.dim('hint:')}  ${suggestCommand(words, config.commandIDs)}\n`);
  process.exitCode = 2;
  return true;
};

export default commandNotFound;

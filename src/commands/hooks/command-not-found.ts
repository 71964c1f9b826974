import type {Hook} from '@oclif/core/hooks';
import {createStyle, wantsColor} from '../../report/style.js';
import {nearest} from '../../spec/suggest.js';

/** What somebody most likely meant by a word that is no command: a spec without `run`, or a command misspelt. */
export function suggestCommand(id: string, argv: readonly string[], commands: readonly string[]): string {
  if (/\.ya?ml$/.test(id)) return `exp run ${[id, ...argv].join(' ')}`;
  const command = nearest(id, commands);
  return command === undefined ? 'exp --help lists the commands' : `did you mean exp ${command}?`;
}

/** Ends with exit code 2, as any other command line that makes no sense. */
const commandNotFound: Hook<'command_not_found'> = async ({id, argv = [], config}) => {
  const style = createStyle(wantsColor(process.stderr));
  process.stderr.write(`${style.red('error:')} there is no command ${id}\n`);
  process.stderr.write(`${style.dim('hint:')}  ${suggestCommand(id, argv, config.commandIDs)}\n`);
  process.exitCode = 2;
  return true;
};

export default commandNotFound;

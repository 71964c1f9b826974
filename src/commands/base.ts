import {Command} from '@oclif/core/command';
import {boolean} from '@oclif/core/flags';
import {surviveLostOutput} from '../report/sink.js';
import {createStyle, wantsColor} from '../report/style.js';
import {nearest} from '../spec/suggest.js';
import {ExpError} from '../support/errors.js';

/** Where people look next when a command line makes no sense. */
const helpHint = (id: string | undefined): string => `see exp ${id ? `${id} ` : ''}--help`;

/**
 * What every command shares: errors go to stderr as `error: message` with a hint and the exit code of their kind, without a stack;
 * with `--json` they are one JSON object on stderr. A plain Error is a bug and keeps its stack.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    offline: boolean({
      description: 'download nothing: use what is in the cache (also EXP_OFFLINE=1)',
      helpGroup: 'GLOBAL',
    }),
  };

  protected override async init(): Promise<void> {
    surviveLostOutput();
    if (this.hasFlag('--offline')) process.env.EXP_OFFLINE = '1';
    await super.init();
  }

  /** Prints the error and sets the exit code; nothing is thrown further, so output still in pipes is flushed. */
  protected override async catch(error: Error): Promise<void> {
    if ('code' in error && error.code === 'EEXIT') throw error;
    const known = error instanceof ExpError ? error : this.usageError(error);
    process.exitCode = known?.exitCode ?? 1;
    if (this.wantsJson()) {
      const {code, message, hint} = known ?? {code: 'BUG', message: error.stack ?? error.message, hint: undefined};
      const diagnostics = known && 'diagnostics' in known ? {diagnostics: known.diagnostics} : {};
      process.stderr.write(`${JSON.stringify({error: {code, message, ...(hint ? {hint} : {}), ...diagnostics}})}\n`);
      return;
    }
    const style = createStyle(wantsColor(process.stderr));
    if (!known) {
      process.stderr.write(`${style.red('bug in exp:')} ${error.stack ?? error.message}\n`);
      return;
    }
    process.stderr.write(`${style.red('error:')} ${known.message}\n`);
    if (known.hint) process.stderr.write(`${style.dim('hint:')}  ${known.hint}\n`);
  }

  /** Whether `--json` was asked for, known even when the rest of the command line could not be parsed. */
  protected wantsJson(): boolean {
    return this.hasFlag('--json');
  }

  private hasFlag(flag: string): boolean {
    const end = this.argv.indexOf('--');
    return (end === -1 ? this.argv : this.argv.slice(0, end)).includes(flag);
  }

  /** oclif's parse errors as ours; undefined for anything else. */
  private usageError(error: Error): ExpError | undefined {
    if (!('oclif' in error) && !('parse' in error)) return undefined;
    const message = error.message
      .replace(/\n+(See more help with --help|Note: [\s\S]*)$/, '')
      .replace(/^(Parsing --\S+) *\n\t/, '$1: ')
      .trimEnd();
    const flag = 'flags' in error && Array.isArray(error.flags) ? String(error.flags[0]) : undefined;
    const known = Object.keys(this.ctor.flags ?? {});
    const guess = flag === undefined ? undefined : nearest(flag.replace(/^-+/, '').replace(/=.*$/, ''), known);
    return new ExpError('USAGE', message, guess === undefined ? helpHint(this.id) : `did you mean --${guess}?`);
  }
}

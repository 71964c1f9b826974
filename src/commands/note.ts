import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Note extends BaseCommand {
  static override summary = 'Write down something about a run, or show what was written.';
  static override examples = [
    '<%= config.bin %> note latest "loss spikes at epoch 3: data order?"',
    '<%= config.bin %> note latest',
    '<%= config.bin %> note latest --replace "explained in the wiki"',
  ];
  static override args = {
    run: text({required: true, description: 'a path, a folder name, the beginning of one, or latest'}),
    text: text({description: 'the note; without it the notes are shown'}),
  };
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    replace: boolean({description: 'in place of the notes there are; "" removes them'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Note);
    const [{takeNote}, {streamSink}] = await Promise.all([
      import('../experiment/note-command.js'),
      import('../report/sink.js'),
    ]);
    const {replace, json} = flags;
    takeNote(
      {run: args.run, text: args.text, runsDir: flags['runs-dir'], replace, json},
      {out: streamSink(process.stdout), errors: streamSink(process.stderr)},
    );
  }
}

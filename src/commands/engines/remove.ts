import {Args, Flags} from '@oclif/core';
import {BaseCommand} from '../base.js';

export default class EnginesRemove extends BaseCommand {
  static override summary = 'Remove engines from the cache; runs that have loaded one go on.';
  static override examples = [
    '<%= config.bin %> engines remove tensorflow',
    '<%= config.bin %> engines remove tensorflow-2.21.0-cpu-linux-x64',
  ];
  static override args = {
    engine: Args.string({required: true, description: 'a name of exp engines list, or its beginning: tensorflow'}),
  };
  static override flags = {json: Flags.boolean({description: 'print what was removed as JSON'})};

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(EnginesRemove);
    const {removeEngines} = await import('../../experiment/engines-command.js');
    await removeEngines(args.engine, flags.json);
  }
}

import {Flags} from '@oclif/core';
import {BaseCommand} from '../base.js';

export default class EnginesList extends BaseCommand {
  static override summary =
    'List the engines in the cache: version, size, folder, and whether this Node.js can load them.';
  static override flags = {json: Flags.boolean({description: 'print JSON'})};

  override async run(): Promise<void> {
    const {flags} = await this.parse(EnginesList);
    const {listEngines} = await import('../../experiment/engines-command.js');
    await listEngines(flags.json);
  }
}

import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Schema extends BaseCommand {
  static override summary = "Print the JSON Schema of an experiment, for an editor's completion and checks.";
  static override description =
    'An editor with yaml-language-server uses it for a file that starts with\n# yaml-language-server: $schema=experiment.schema.json';
  static override examples = ['<%= config.bin %> schema --out experiment.schema.json'];
  static override flags = {
    out: string({char: 'o', description: 'write it to this file'}),
    json: boolean({description: 'print JSON, which is what it does anyway'}),
  };

  override async run(): Promise<void> {
    const {flags} = await this.parse(Schema);
    const {experimentEditorSchemaText} = await import('../experiment/editor-schema.js');
    if (flags.out === undefined) {
      process.stdout.write(experimentEditorSchemaText());
      return;
    }
    const {writeNewFile} = await import('../experiment/init.js');
    await writeNewFile(flags.out, experimentEditorSchemaText(), true);
    process.stdout.write(`${flags.out} written\n`);
  }
}

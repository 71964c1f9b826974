import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Schema extends BaseCommand {
  static override summary = "Print the JSON Schema of an experiment or a sweep, for an editor's completion and checks.";
  static override description =
    'An editor with yaml-language-server uses it for a file that starts with\n# yaml-language-server: $schema=experiment.schema.json';
  static override examples = [
    '<%= config.bin %> schema --out experiment.schema.json',
    '<%= config.bin %> schema sweep --out sweep.schema.json',
  ];
  static override args = {
    kind: text({description: 'of which kind of file', options: ['experiment', 'sweep'], default: 'experiment'}),
  };
  static override flags = {
    out: string({char: 'o', description: 'write it to this file'}),
    json: boolean({description: 'print JSON, which is what it does anyway'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Schema);
    const schema = await schemaText(args.kind);
    if (flags.out === undefined) {
      process.stdout.write(schema);
      return;
    }
    const {writeNewFile} = await import('../experiment/init.js');
    await writeNewFile(flags.out, schema, true);
    process.stdout.write(`${flags.out} written\n`);
  }
}

async function schemaText(kind: string): Promise<string> {
  if (kind === 'sweep') return (await import('../sweep/editor-schema.js')).sweepEditorSchemaText();
  return (await import('../experiment/editor-schema.js')).experimentEditorSchemaText();
}

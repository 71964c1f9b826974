import {Args, Flags} from '@oclif/core';
import {BaseCommand} from '../base.js';

export default class EnginesInstall extends BaseCommand {
  static override summary =
    'Make an engine that exp does not bring along: TensorFlow, for the CPU or for NVIDIA cards.';
  static override description =
    'Downloads TensorFlow’s Python wheel with pip, takes its C library, compiles TensorFlow.js’s binding against it, and tries it.\n' +
    'Needs Linux x64 or arm64 with glibc, Python 3 with pip, a C++ compiler, npm, and a network or mirrors.\n' +
    'It goes into the cache of this user (EXP_CACHE_DIR); runs with engine: eager find it there.';
  static override examples = [
    '<%= config.bin %> engines install tensorflow',
    '<%= config.bin %> engines install tensorflow --cuda',
  ];
  static override args = {engine: Args.string({required: true, description: 'tensorflow', options: ['tensorflow']})};
  static override flags = {
    cuda: Flags.boolean({description: 'for NVIDIA cards: with CUDA 12 and cuDNN 9, about 3 GB to download'}),
    force: Flags.boolean({description: 'make it anew where it is there already'}),
    json: Flags.boolean({description: 'print what was installed as JSON'}),
  };

  override async run(): Promise<void> {
    const {flags} = await this.parse(EnginesInstall);
    const {installCommand} = await import('../../experiment/engines-command.js');
    process.exitCode = await installCommand({
      variant: flags.cuda ? 'cuda' : 'cpu',
      isForced: flags.force,
      json: flags.json,
    });
  }
}

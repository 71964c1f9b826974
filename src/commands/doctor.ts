import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

/** Looks at everything a run needs and says what works, what does not, why, and how to mend it. */
export default class Doctor extends BaseCommand {
  static override summary = 'Check this machine: Node.js, MNIST, the runs folder, and every engine on every device.';
  static override description =
    'Trains a small network with each engine that is there and times a step.\n' +
    'Exits 0 when the main job can run here (engine: auto, device: auto), 1 when something is in its way.';
  static override flags = {
    'runs-dir': string({description: 'where run folders go', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print the findings as JSON'}),
  };

  override async run(): Promise<void> {
    const {flags} = await this.parse(Doctor);
    const [{diagnose}, {renderChecklist}, {streamSink}] = await Promise.all([
      import('../experiment/doctor.js'),
      import('../report/checklist.js'),
      import('../report/sink.js'),
    ]);
    const diagnosis = await diagnose(flags['runs-dir']);
    if (!diagnosis.ok) process.exitCode = 1;
    if (flags.json) return this.log(JSON.stringify(diagnosis, null, 2));
    const sink = streamSink(process.stdout);
    sink.write(`${renderChecklist(diagnosis.findings, sink)}\n\n`);
    sink.write(`${renderChecklist(diagnosis.engines, sink)}\n\n`);
    sink.write(
      diagnosis.ok
        ? `engine: auto, device: auto trains ${diagnosis.automatic}.\nThe main job can run here: ${diagnosis.nextStep}\n`
        : `The main job cannot run here: mend what is marked ${sink.style.red('✗')}.\n`,
    );
  }
}

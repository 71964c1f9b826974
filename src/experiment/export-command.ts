import {noticeLines} from '../report/download-lines.js';
import {eventsScreen, exportScreen, mlflowScreen, wandbScreen} from '../report/export-screen.js';
import {visibleJson} from '../report/printable.js';
import {streamSink, type TextStream} from '../report/sink.js';
import type {RunCheckpoint} from '../runs/run-weights.js';
import {ExpError} from '../support/errors.js';
import type {ModelFormat} from './export-model.js';

/** The command line of `exp export`, parsed. */
export interface ExportRequest {
  /** As people name them. */
  readonly runs: readonly string[];
  readonly runsDir: string;
  readonly format: ModelFormat | 'tensorboard' | 'mlflow' | 'wandb';
  readonly out?: string | undefined;
  readonly checkpoint?: RunCheckpoint | undefined;
  readonly force: boolean;
  readonly batchSize?: number | undefined;
  readonly probabilities: boolean;
  readonly names?: 'exp' | 'pytorch' | undefined;
  readonly examples?: string | undefined;
  readonly url?: string | undefined;
  readonly experiment?: string | undefined;
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
  readonly json: boolean;
}

/** `exp export`: writes, and says on `out` what. @throws ExpError */
export async function exportRuns(request: ExportRequest, out: TextStream, errors: TextStream): Promise<void> {
  const {format, runs, json} = request;
  if (runs.length === 0) throw new ExpError('USAGE', 'which run is to be exported?', 'exp ls shows the runs there are');
  refuseStrayFlags(request);
  const notify = noticeLines(errors);
  const warn = (message: string): void => notify(`warning: ${message}`);
  const sink = streamSink(out);
  const print = <Result>(result: Result, screen: (result: Result) => string): void =>
    sink.write(json ? visibleJson(result) : screen(result));
  if (format === 'tensorboard') {
    const [{exportTensorboard}, {findRuns}] = await Promise.all([
      import('./export-tensorboard.js'),
      import('./run-references.js'),
    ]);
    if (request.out === undefined)
      throw new ExpError('USAGE', 'where to?', '--out names the log folder of TensorBoard');
    print(exportTensorboard(findRuns(runs, request.runsDir), request.out, warn), (all) =>
      eventsScreen(all, request.out!),
    );
  } else if (format === 'mlflow') {
    const {exportMlflow} = await import('./export-mlflow.js');
    print(await exportMlflow(request, warn), mlflowScreen);
  } else if (format === 'wandb') {
    const {exportWandb} = await import('./export-wandb.js');
    print(await exportWandb(request, warn), wandbScreen);
  } else {
    if (runs.length > 1) {
      const message = `--format ${format} takes one run, and there are ${runs.length}: ${runs.join(', ')}`;
      throw new ExpError('USAGE', message, 'export them one after another');
    }
    const {exportModel} = await import('./export-model.js');
    print(await exportModel({...request, format, run: runs[0]!, warn, notify}), (one) => exportScreen(one, sink));
  }
}

const models = ['onnx', 'tfjs', 'safetensors'];

/** A flag of another format would be without effect. @throws ExpError USAGE */
function refuseStrayFlags(request: ExportRequest): void {
  const {format, batchSize, probabilities, names, examples, checkpoint, force, experiment, out, url} = request;
  const {entity, project} = request;
  const stray = [
    {flag: '--batch-size', isGiven: batchSize !== undefined, formats: ['onnx']},
    {flag: '--probabilities', isGiven: probabilities, formats: ['onnx']},
    {flag: '--names', isGiven: names !== undefined, formats: ['safetensors']},
    {flag: '--examples', isGiven: examples !== undefined, formats: ['onnx', 'tfjs']},
    {flag: '--checkpoint', isGiven: checkpoint !== undefined, formats: models},
    {flag: '--force', isGiven: force, formats: models},
    {flag: '--out', isGiven: out !== undefined, formats: [...models, 'tensorboard']},
    {flag: '--url', isGiven: url !== undefined, formats: ['mlflow', 'wandb']},
    {flag: '--entity', isGiven: entity !== undefined, formats: ['wandb']},
    {flag: '--project', isGiven: project !== undefined, formats: ['wandb']},
    {flag: '--experiment', isGiven: experiment !== undefined, formats: ['mlflow']},
  ].find(({isGiven, formats}) => isGiven && !formats.includes(format));
  if (!stray) return;
  const others = stray.formats.join(', ').replace(/, (?=[^,]*$)/, ' or ');
  throw new ExpError('USAGE', `${stray.flag} is for --format ${others}, not for ${format}`);
}

/**
 * The library behind the command line: load an experiment, run it, read run folders.
 *
 *     const experiment = await loadExperiment({path: 'experiments/2-iris-mlp.yaml'});
 *     const outcome = await runExperiment(experiment, {runsDir: 'runs'});
 */
export {type EvaluateRequest, type Evaluation, evaluateRun} from './experiment/evaluate-run.js';
export {type ExportedModel, type ExportModelRequest, exportModel} from './experiment/export-model.js';
export {type LoadedExperiment, loadExperiment} from './experiment/load.js';
export {type Predicted, type PredictRequest, predictRun} from './experiment/predict-run.js';
export {type ResumeOptions, resumeRun} from './experiment/resume.js';
export {resumeGroup} from './experiment/resume-group.js';
export {type RunOptions, type RunOutcome, runExperiment} from './experiment/run.js';
export {runGroup} from './experiment/run-group.js';
export type {ExperimentSpec} from './experiment/schema.js';
export type {GroupEnding, GroupRun, Spread} from './report/group.js';
export type {RunEnding, RunPlan, RunReporter} from './report/reporter.js';
export {findRun, isRunFolder, listRuns} from './runs/find-runs.js';
export type {CheckpointState, RunGroup, RunState, RunStatus, RunSummary} from './runs/records.js';
export {type CsvRow, type Run, readRun} from './runs/run.js';
export {SpecError} from './spec/diagnostic.js';
export {type ErrorCode, ExpError, exitCodes} from './support/errors.js';
export type {MetricValues, TrainingEvent} from './training/events.js';

/**
 * Sends a run to a real MLflow server twice and reads it back through the same REST interface: every number once, at its step.
 *
 *     mlflow server --port 5000 &
 *     node --import tsx bench/mlflow-roundtrip.ts http://127.0.0.1:5000 runs/RUN
 */
import path from 'node:path';
import {exportMlflow} from '../src/experiment/export-mlflow.js';
import {MlflowClient} from '../src/runs/interop/mlflow-client.js';
import {plainName} from '../src/runs/interop/mlflow-run.js';
import {scalarsOf} from '../src/runs/interop/scalars.js';
import {readRun} from '../src/runs/run.js';

const [url, folder] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error('usage: mlflow-roundtrip.ts URL RUN');
const request = {runs: [path.resolve(folder)], runsDir: path.dirname(folder), url, experiment: 'exp round trip'};
for (const turn of ['first', 'second']) {
  const start = performance.now();
  const [sent] = await exportMlflow(request, console.error);
  console.log(`${turn}: ${JSON.stringify(sent)} in ${Math.round(performance.now() - start)} ms`);
}

const wanted = new Map<string, Map<number, number>>();
for (const {step, values} of scalarsOf(readRun(folder))) {
  for (const [tag, value] of Object.entries(values)) {
    const key = plainName(tag);
    const series = wanted.get(key) ?? new Map<number, number>();
    wanted.set(key, series.set(step, value));
  }
}
const [again] = await exportMlflow(request, console.error);
const runId = again!.url.split('/').at(-1)!;
const client = new MlflowClient(url);
let numCompared = 0;
for (const [key, series] of wanted) {
  type Answer = {metrics?: {step: number | string; value: number | string}[]; next_page_token?: string};
  const found: {step: number; value: number}[] = [];
  for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
    const query = {run_id: runId, metric_key: key, ...(token ? {page_token: token} : {})};
    const answer: Answer = await client.get<Answer>('metrics/get-history', query);
    found.push(...(answer.metrics ?? []).map(({step, value}) => ({step: Number(step), value: Number(value)})));
    token = answer.next_page_token;
  }
  if (found.length !== series.size) throw new Error(`${key}: ${found.length} values there, ${series.size} measured`);
  for (const {step, value} of found) {
    if (!Object.is(series.get(step), value)) throw new Error(`${key} at ${step}: ${value}, not ${series.get(step)}`);
    numCompared++;
  }
}
console.log(`${wanted.size} metrics, ${numCompared} numbers read back, each once and the same`);

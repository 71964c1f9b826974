/**
 * Sends a run twice, once with W&B's own SDK (Python) and once with `exp export --format wandb`, to the same loopback server, and compares
 * what is there afterwards: every number, setting, tag and end. Then the SDK takes up the run that exp sent, and exp sends it once more.
 *
 *     pip install wandb
 *     node --import tsx bench/wandb-roundtrip.ts runs/RUN [PYTHON]
 */
import {execFile} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {exportWandb} from '../src/experiment/export-wandb.js';
import {parseExtendedJson, toExtendedJson} from '../src/runs/interop/extended-json.js';
import {historyOf} from '../src/runs/interop/wandb-history.js';
import {readRun} from '../src/runs/run.js';
import {WandbServer} from '../test/runs/wandb-server.js';

const [folder, python = 'python3'] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: wandb-roundtrip.ts RUN [PYTHON]');

const run = readRun(path.resolve(folder));
const [project, theirs] = ['round-trip', `sdk-${run.id}`.slice(0, 64)];
const server = await WandbServer.start();
process.env.WANDB_API_KEY = '0123456789'.repeat(4);

const request = {runs: [run.path], runsDir: path.dirname(run.path), url: server.url, entity: 'team', project};
for (const turn of ['first', 'second']) {
  const start = performance.now();
  const [sent] = await exportWandb(request, console.error);
  console.log(`exp, ${turn}: ${JSON.stringify(sent)} in ${Math.round(performance.now() - start)} ms`);
}
const ours = server.run(path.basename(run.path));

/** Runs Python with the SDK, against the server. @returns what it printed */
function withSdk(code: string, input: string): Promise<string> {
  // Not synchronously: the server is in this process.
  const home = mkdtempSync(path.join(tmpdir(), 'wandb-'));
  const env = {...process.env, HOME: home, WANDB_BASE_URL: server.url, WANDB_ERROR_REPORTING: 'false'};
  const settings = "console='off', silent=True, x_disable_stats=True, disable_git=True, disable_code=True";
  const script = `import json, sys, wandb\nsettings = wandb.Settings(${settings})\n${code}`;
  return new Promise((resolve, reject) => {
    const child = execFile(python, ['-c', script], {cwd: home, env}, (error, stdout) =>
      error ? reject(error) : resolve(stdout.trim()),
    );
    child.stdin!.end(input);
  });
}

// What exp read of the folder, logged with the SDK; everything but the times, which the SDK takes itself.
const script = `
facts = json.load(sys.stdin)
run = wandb.init(id=facts['id'], name=facts['name'], project=facts['project'], entity='team', group=facts.get('group'),
    job_type='train', tags=facts.get('tags'), notes=facts['notes'], config=facts['config'], settings=settings)
for row in facts['history']:
    run.log({key: value for key, value in row.items() if not key.startswith('_')}, step=row['_step'])
for key, value in facts['summary'].items():
    if not key.startswith('_'): run.summary[key] = value
run.finish(exit_code=facts['exitcode'])
print(wandb.__version__)
`;
type Fields = Readonly<Record<string, unknown>>;
const configOf = (text: unknown): Fields => {
  const {_wandb, ...others} = parseExtendedJson(String(text)) as Record<string, {readonly value: unknown}>;
  return Object.fromEntries(Object.entries(others).map(([key, {value}]) => [key, value]));
};
const facts = toExtendedJson({
  id: theirs,
  name: run.id,
  project,
  group: run.group?.id,
  tags: ours.fields.tags,
  notes: ours.fields.notes ?? '',
  config: configOf(ours.fields.config),
  history: historyOf(run).lines.map(({text}) => parseExtendedJson(text)),
  summary: server.lines(run.id, 'wandb-summary.json')[0],
  exitcode: ours.exitcode ?? 0,
});
const start = performance.now();
const version = await withSdk(script, facts);
console.log(`wandb ${version}: in ${Math.round(performance.now() - start)} ms`);

const differences: string[] = [];
let numCompared = 0;
const compare = (what: string, own: unknown, reference: unknown): void => {
  numCompared++;
  if (!isDeepStrictEqual(own, reference))
    differences.push(`${what}: ${toExtendedJson(own)}, the SDK ${toExtendedJson(reference)}`);
};
const plain = (rows: readonly Fields[]) =>
  rows.map(({_timestamp, _runtime, _wandb, ...others}) => Object.fromEntries(Object.entries(others).sort()));
for (const file of ['wandb-history.jsonl', 'wandb-summary.json']) {
  const [own, reference] = [plain(server.lines(run.id, file)), plain(server.lines(theirs, file))];
  compare(`lines of ${file}`, own.length, reference.length);
  for (const [index, row] of own.entries()) compare(`${file}, line ${index}`, row, reference[index]);
}
const sdk = server.run(theirs);
compare('config', configOf(ours.fields.config), configOf(sdk.fields.config));
for (const field of ['groupName', 'jobType', 'displayName', 'tags', 'notes'])
  compare(field, ours.fields[field], sdk.fields[field]);
compare('exit code', ours.exitcode, sdk.exitcode);
const linesBefore = server.lines(run.id, 'wandb-history.jsonl').length;
const resumed = await withSdk(
  `
facts = json.load(sys.stdin)
run = wandb.init(id=facts['id'], project=facts['project'], entity='team', resume='must', settings=settings)
print(run.starting_step, run.resumed, run.config['exp']['run'])
run.log({'later': 1})
run.finish()
`,
  toExtendedJson({id: run.id, project}),
);
const lastStep = historyOf(run).lines.at(-1)!.step;
compare('the step at which the SDK resumes', resumed, `${lastStep + 1} True ${run.id}`);
await exportWandb(request, console.error);
const after = server.lines(run.id, 'wandb-history.jsonl');
compare('lines after the SDK and exp once more', after.length, linesBefore + 1);
compare('what the SDK logged', after.at(-1)!.later, 1);
compare("the SDK's summary", server.lines(run.id, 'wandb-summary.json')[0]!.later, 1);
await server.close();
for (const difference of differences) console.error(difference);
console.log(`${numCompared} things compared, ${differences.length} differ`);
process.exitCode = differences.length > 0 ? 1 : 0;

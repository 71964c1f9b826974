import {createHash} from 'node:crypto';
import type {Run} from '../run.js';
import {RequestFailure} from './attempts.js';
import {parseExtendedJson, toExtendedJson} from './extended-json.js';
import {appUrlOf, type FileStreamRequest, type WandbClient, type WandbPlace} from './wandb-client.js';
import {type HistoryLine, historyOf, type WandbHistory} from './wandb-history.js';
import type {ResumeStatus} from './wandb-queries.js';

/** What a run is on W&B, apart from its numbers. */
export interface WandbDescription {
  /** Undefined: that of the key's owner. */
  readonly entity: string | undefined;
  readonly project: string;
  /** By key, without W&B's `{value}` around each; `exp` says which run it is. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Laid over the last values of the history. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly notes: string;
  readonly group: string | undefined;
  readonly commit: string | undefined;
  readonly repository: string | undefined;
  readonly host: string | undefined;
  readonly program: string | undefined;
}

export interface SentToWandb {
  readonly run: string;
  readonly entity: string;
  readonly project: string;
  /** In addresses and for W&B's own programs. */
  readonly id: string;
  /** Page of the run. */
  readonly url: string;
  /** Made now; else it was there. */
  readonly isNew: boolean;
  /** Lines of history, one a step. */
  readonly numSent: number;
  /** Lines that were there before. */
  readonly numKnown: number;
}

/** Of one request, in letters: a tenth of what the SDK allows itself, so that a slow line gets it through in time. */
const maxChunkLetters = 1_000_000;

/**
 * Sends a run to W&B, or what is new of it since it was sent last: its id is made of the folder's name, and lines whose step is there are not
 * sent again.
 * @param progress is told how many lines have been sent, for whoever has to say what a failure left
 * @throws RequestFailure
 */
export async function sendToWandb(
  client: WandbClient,
  run: Run,
  description: WandbDescription,
  warn: (message: string) => void,
  progress: (numSent: number, numInAll: number) => void = () => {},
): Promise<SentToWandb> {
  const {project} = description;
  const id = wandbIdOf(run.key);
  const known = await client.resumeStatus({project, entity: description.entity ?? null, name: id});
  const before = known === undefined ? undefined : stateOf(known, description);
  // Those that were given there stay.
  const tags = [...new Set([...(known?.tags ?? []), ...description.tags])];
  const bucket = await client.upsertBucket({
    id: known?.id ?? null,
    name: id,
    project,
    entity: description.entity ?? null,
    // Name and group may have been changed there since.
    groupName: known ? null : (description.group ?? null),
    displayName: known ? null : run.key,
    notes: notesOf(run, description, known, warn),
    commit: description.commit ?? null,
    config: configOf(description, before),
    host: description.host ?? null,
    program: description.program ?? null,
    repo: description.repository ?? null,
    jobType: known ? null : 'train',
    tags: tags.length > 0 ? tags : null,
  });
  const place = {entity: bucket.project.entity.name, project: bucket.project.name, id};
  const history = historyOf(run);
  const numThere = before?.numLines ?? 0;
  const missing = history.lines.filter(({step}) => step > (before?.lastStep ?? -1));
  progress(0, missing.length);
  const isBehind = (before?.lastStep ?? -1) > (history.lines.at(-1)?.step ?? -1);
  const summary = toExtendedJson({
    ...before?.summary,
    // Somebody may have gone on with the run there.
    ...(isBehind ? {} : summaryOf(history)),
    ...description.summary,
  });
  await sendLines(client, place, {missing, numThere, summary, end: endOf(run)}, progress);
  return {
    run: run.key,
    ...place,
    url: `${appUrlOf(client.url)}/${[place.entity, place.project, 'runs', id].map(encodeURIComponent).join('/')}`,
    isNew: known === undefined,
    numSent: missing.length,
    numKnown: history.lines.length - missing.length,
  };
}

async function sendLines(
  client: WandbClient,
  place: WandbPlace,
  what: {
    readonly missing: readonly HistoryLine[];
    readonly numThere: number;
    readonly summary: string;
    readonly end: Pick<FileStreamRequest, 'complete' | 'exitcode'>;
  },
  progress: (numSent: number, numInAll: number) => void,
): Promise<void> {
  const {missing, numThere, summary, end} = what;
  const chunks = chunksOf(missing);
  let numSent = 0;
  for (const [index, chunk] of chunks.entries()) {
    const isLast = index === chunks.length - 1;
    const content = chunk.map(({text}) => text);
    await client.stream(place, {
      files: {
        ...(content.length > 0 ? {'wandb-history.jsonl': {offset: numThere + numSent, content}} : {}),
        ...(isLast ? {'wandb-summary.json': {offset: 0, content: [summary]}} : {}),
      },
      ...(isLast ? end : {}),
    });
    numSent += content.length;
    progress(numSent, missing.length);
  }
}

/** At least one, perhaps an empty one. */
function chunksOf(lines: readonly HistoryLine[]): readonly (readonly HistoryLine[])[] {
  const chunks: HistoryLine[][] = [[]];
  let numLetters = 0;
  for (const line of lines) {
    if (numLetters > 0 && numLetters + line.text.length > maxChunkLetters) {
      chunks.push([]);
      numLetters = 0;
    }
    chunks.at(-1)!.push(line);
    numLetters += line.text.length;
  }
  return chunks;
}

/** What is there of a run, read. */
interface StateThere {
  readonly numLines: number;
  readonly lastStep: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
}

function stateOf(known: ResumeStatus, {config: own}: WandbDescription): StateThere {
  const config = recordOf(known.config);
  const there = (config.exp as {readonly value?: {readonly run?: unknown; readonly startedAt?: unknown}} | undefined)
    ?.value;
  const {run, startedAt} = own.exp as {readonly run: string; readonly startedAt?: string};
  if (there?.run !== run || there.startedAt !== startedAt) {
    throw new RequestFailure(`the run ${known.name} that is there is another one: name another project`, false);
  }
  const numLines = known.historyLineCount ?? 0;
  const summary = recordOf(known.summaryMetrics);
  const lastStep = lastLineOf(known)._step ?? (numLines > 0 ? summary._step : -1);
  if (typeof lastStep === 'number') return {numLines, lastStep, config, summary};
  throw new RequestFailure(`it has ${numLines} lines of the run and does not say up to which step`, false);
}

function lastLineOf({historyTail}: ResumeStatus): Readonly<Record<string, unknown>> {
  const lines = Object.values(recordOf(historyTail));
  const last = lines.at(-1);
  return recordOf(typeof last === 'string' ? last : undefined);
}

/** Of extended JSON; what cannot be read has nothing in it. */
function recordOf(text: string | null | undefined): Readonly<Record<string, unknown>> {
  try {
    const value = parseExtendedJson(text || '{}');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** What others added to a run's config stays. The SDK takes a run for begun when it finds `t` below `_wandb`. */
function configOf({config}: WandbDescription, before: StateThere | undefined): string {
  const own = Object.entries(config).map(([key, value]) => [key, {value}]);
  return toExtendedJson({_wandb: {value: {m: [], t: {}}}, ...before?.config, ...Object.fromEntries(own)});
}

/** Notes that were written there are never replaced. */
function notesOf(
  run: Run,
  {notes}: WandbDescription,
  known: ResumeStatus | undefined,
  warn: (message: string) => void,
): string | null {
  const there = known?.notes ?? '';
  if (notes === there || notes === '') return null;
  if (notes.startsWith(there)) return notes;
  warn(`${run.key}: its notes were changed there, and stay as they are`);
  return null;
}

const summaryOf = ({last, runtimeSeconds}: WandbHistory): Readonly<Record<string, unknown>> => ({
  ...last,
  _runtime: runtimeSeconds,
  _wandb: {runtime: Math.floor(runtimeSeconds)},
});

/**
 * As the SDK ends runs: 0, 1 after an error, 255 after Ctrl-C. Of a process that died W&B hears nothing more and calls the run crashed
 * after some minutes, so nothing is said of such a one either.
 */
function endOf({state}: Run): Pick<FileStreamRequest, 'complete' | 'exitcode'> {
  if (state === 'running' || state === 'crashed' || state === 'corrupt') return {};
  return {complete: true, exitcode: {finished: 0, pruned: 0, interrupted: 255, failed: 1, diverged: 1}[state]};
}

/** Longer ones, and other letters, W&B's own addresses and programs do not take. */
const plainId = /^[\w-]{1,64}$/;

/** The same for the same folder name: the name itself if W&B takes it, `SWEEP-0007` of a trial. */
export function wandbIdOf(name: string): string {
  const plain = name.replace('/trials/', '-');
  if (plainId.test(plain)) return plain;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.replace(/[^\w-]+/g, '-').slice(0, 48)}-${digest}`;
}

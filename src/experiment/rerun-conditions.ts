import type {RunEnvironment} from '../runs/environment.js';
import type {GitFacts} from '../runs/git.js';
import type {Run} from '../runs/run.js';

/** Something a run was made with, then and now. */
export interface Condition {
  readonly what: string;
  /** Undefined where the run did not record it. */
  readonly was: string | undefined;
  readonly is: string | undefined;
  /** Whether results may follow from it; the rest is told so that a person can judge. */
  readonly matters: boolean;
}

/** What the repetition is made with. */
export interface Present {
  readonly environment: RunEnvironment;
  readonly git: GitFacts | undefined;
  readonly dataFingerprint: string;
  /** `key=value` pairs that the repetition has and the run had not. */
  readonly overrides: readonly string[];
}

/** Everything in which a run and its repetition differ, what matters first. */
export function differingConditions(run: Run, present: Present): readonly Condition[] {
  const past = run.environment();
  const all = [...overridden(present), ...measured(run, past, present), ...surroundings(past, present)];
  return all.filter(({was, is}) => was !== is);
}

const overridden = ({overrides}: Present): readonly Condition[] =>
  overrides.map((pair) => ({what: 'spec', was: undefined, is: pair, matters: true}));

/** What the numbers follow from. */
function measured(run: Run, past: RunEnvironment | undefined, present: Present): readonly Condition[] {
  const {environment: here, dataFingerprint} = present;
  const plan: {readonly dataFingerprint?: unknown} = run.plan() ?? {};
  const packages = [...new Set([...Object.keys(past?.packages ?? {}), ...Object.keys(here.packages)])].sort();
  const matter = (what: string, was: unknown, value: string | undefined): Condition => ({
    what,
    was: typeof was === 'string' ? was : undefined,
    is: value,
    matters: true,
  });
  return [
    matter('data', plan.dataFingerprint, dataFingerprint),
    matter('exp', past?.exp, here.exp),
    matter('Node.js', past?.node, here.node),
    ...packages.map((name) => matter(name, past?.packages?.[name], here.packages[name])),
    matter('engine', past?.engine, here.engine),
    matter('device', withoutThreads(past?.device), withoutThreads(here.device)),
    matter('threads', threadsOf(past?.device), threadsOf(here.device)),
    matter('processor', past?.cpu?.model, here.cpu.model),
    matter('system', past && `${past.os?.platform} ${past.os?.arch}`, `${here.os.platform} ${here.os.arch}`),
  ];
}

/** What a person wants to know, and the numbers do not follow from. */
function surroundings(past: RunEnvironment | undefined, {environment: here, git}: Present): readonly Condition[] {
  const fact = (what: string, was: string | undefined, value: string | undefined): Condition => ({
    what,
    was,
    is: value,
    matters: false,
  });
  return [fact('host', past?.host, here.host), fact('git', gitOf(past?.git), gitOf(git))];
}

/** `cpu (2 threads)` → `cpu`: their number is told by itself. */
const withoutThreads = (device: string | undefined): string | undefined => device?.replace(/ \(\d+ threads?\)$/, '');

const threadsOf = (device: string | undefined): string | undefined => /\((\d+) threads?\)$/.exec(device ?? '')?.[1];

function gitOf(facts: Pick<GitFacts, 'commit' | 'dirty'> | null | undefined): string | undefined {
  return facts ? `${facts.commit.slice(0, 12)}${facts.dirty ? ' with uncommitted changes' : ''}` : undefined;
}

import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

export interface ServedRun {
  readonly experimentId: string;
  readonly info: Record<string, unknown> & {run_id: string};
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  /** As they came in: MLflow appends whatever it gets. */
  readonly metrics: Metric[];
}

/** What is to happen to a request instead of, or after, what usually does. */
export interface Fault {
  readonly path: string;
  /** Answers this instead of doing anything. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Does what was asked for, and then closes the connection without an answer. */
  readonly losesAnswer?: boolean;
  /** Never answers. */
  readonly hangs?: boolean;
}

interface Entry {
  readonly key: string;
  readonly value: string;
}

/** Fields of all requests; each has some of them. */
interface Body {
  readonly [field: string]: unknown;
  readonly experiment_name: string;
  readonly experiment_id: string;
  readonly experiment_ids: readonly string[];
  readonly name: string;
  readonly filter: string;
  readonly max_results: number;
  readonly run_id: string;
  readonly metric_key: string;
  readonly metrics?: readonly Metric[];
  readonly params?: readonly Entry[];
  readonly tags?: readonly Entry[];
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_PARAMETER_VALUE', message);
const goodName = /^[/\w.\- :]*$/;

/**
 * The part of MLflow's documented REST interface that writing runs takes, with its limits and refusals: at most 1,000 metrics, 100
 * params and 100 tags a request, params that never change, metrics that are only ever appended, names of a few characters.
 */
export class MlflowServer {
  readonly experiments = new Map<string, {readonly id: string; stage: string}>();
  readonly runs = new Map<string, ServedRun>();
  readonly requests: {readonly path: string; readonly authorization: string | undefined}[] = [];
  faults: Fault[] = [];
  wantedAuthorization: string | undefined;
  pageSize = 10_000;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<MlflowServer> {
    const server = new MlflowServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const path = url.pathname.replace('/api/2.0/mlflow/', '');
    const {authorization} = request.headers;
    this.requests.push({path, authorization});
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const answer = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, {'content-type': 'application/json', ...headers}).end(JSON.stringify(body));
    };
    const at = this.faults.findIndex((fault) => fault.path === path);
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    if (fault?.hangs) return;
    if (fault?.status) {
      answer(fault.status, {error_code: 'TEMPORARILY_UNAVAILABLE', message: 'come back later'}, fault.headers);
      return;
    }
    try {
      if (this.wantedAuthorization !== undefined && authorization !== this.wantedAuthorization) {
        throw new Refusal(401, 'UNAUTHENTICATED', 'who are you?');
      }
      const query: unknown = request.method === 'GET' ? Object.fromEntries(url.searchParams) : JSON.parse(text);
      const body = query as Body;
      const result = this.#answer(`${request.method} ${path}`, body, text.length);
      if (fault?.losesAnswer) response.destroy();
      else answer(200, result);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer(error.status, {error_code: error.code, message: error.message});
    }
  }

  #answer(what: string, body: Body, numBytes: number): object {
    if (numBytes > 1_000_000) throw invalid('more than 1 MB');
    switch (what) {
      case 'GET experiments/get-by-name': {
        const known = this.experiments.get(body.experiment_name);
        if (!known) throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'no such experiment');
        return {experiment: {experiment_id: known.id, name: body.experiment_name, lifecycle_stage: known.stage}};
      }
      case 'POST experiments/create': {
        if (this.experiments.has(body.name)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS', 'there is one');
        const id = String(this.experiments.size + 1);
        this.experiments.set(body.name, {id, stage: 'active'});
        return {experiment_id: id};
      }
      case 'POST runs/search': {
        const [, key, value] = /^tags\.`([^`]+)` = '([^']*)'$/.exec(body.filter) ?? [];
        if (key === undefined) throw invalid(`a filter this server does not know: ${body.filter}`);
        const found = [...this.runs.values()].filter(
          (run) => body.experiment_ids.includes(run.experimentId) && run.tags.get(key) === value,
        );
        return found.length === 0 ? {} : {runs: found.slice(0, body.max_results).map(shown)};
      }
      case 'POST runs/create': {
        const run_id = `r${this.runs.size + 1}`;
        const {experiment_id: experimentId, run_name, start_time, tags} = body;
        const info = {run_id, run_name, start_time, status: 'RUNNING'};
        const run: ServedRun = {experimentId, info, tags: new Map(), params: new Map(), metrics: []};
        setTags(run, tags);
        this.runs.set(run_id, run);
        return {run: shown(run)};
      }
      case 'POST runs/log-batch': {
        const run = this.#run(body.run_id);
        const {metrics = [], params = [], tags = []} = body;
        if (metrics.length > 1000 || params.length > 100 || tags.length > 100) throw invalid('too many at once');
        if (metrics.length + params.length + tags.length > 1000) throw invalid('too many at once');
        for (const {key, value} of params) {
          if (!goodName.test(key) || key.length > 250) throw invalid(`the name ${key}`);
          if (value.length > 6000) throw invalid('a param that is too long');
          if (run.params.has(key) && run.params.get(key) !== value) throw invalid(`${key} has another value already`);
        }
        for (const {key, value, timestamp, step} of metrics) {
          const isNumber = typeof value === 'number' || /^(NaN|-?Infinity)$/.test(String(value));
          if (!goodName.test(key) || !isNumber) throw invalid(`the metric ${key} = ${value}`);
          if (!Number.isInteger(timestamp) || !Number.isInteger(step)) throw invalid('a time that is no integer');
        }
        for (const {key, value} of params) run.params.set(key, value);
        setTags(run, tags);
        run.metrics.push(...metrics);
        return {};
      }
      case 'GET metrics/get-history': {
        const all = this.#run(body.run_id).metrics.filter(({key}) => key === body.metric_key);
        const start = Number(body.page_token ?? 0);
        const end = start + this.pageSize;
        const next = end < all.length ? {next_page_token: String(end)} : {};
        return {...(all.length > 0 ? {metrics: all.slice(start, end)} : {}), ...next};
      }
      case 'POST runs/update':
        Object.assign(this.#run(body.run_id).info, {status: body.status, end_time: body.end_time});
        return {};
      default:
        throw new Refusal(404, 'ENDPOINT_NOT_FOUND', what);
    }
  }

  #run(id: string): ServedRun {
    const run = this.runs.get(id);
    if (!run) throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', `no run ${id}`);
    return run;
  }
}

function setTags(run: ServedRun, tags: readonly Entry[] = []): void {
  for (const {key, value} of tags) {
    if (value.length > 5000) throw invalid('a tag that is too long');
    run.tags.set(key, value);
  }
}

const entries = (map: ReadonlyMap<string, string>): Entry[] => [...map].map(([key, value]) => ({key, value}));

const shown = ({info, tags, params}: ServedRun): object => ({
  info,
  data: {tags: entries(tags), ...(params.size > 0 ? {params: entries(params)} : {})},
});

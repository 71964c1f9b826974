import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {gunzipSync} from 'node:zlib';
import {parseExtendedJson} from '../../src/runs/interop/extended-json.js';

type Fields = Readonly<Record<string, unknown>>;

/** A run as the server has it. */
export interface ServedWandbRun {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  /** Of upserts: the last value that was not null. */
  readonly fields: Record<string, unknown>;
  /** By name and number. */
  readonly files: Map<string, Map<number, string>>;
  exitcode?: number;
  /** Lines that were sent again with another text. */
  numChanged: number;
}

/** What is to happen to a request instead of, or after, what usually does. */
export interface WandbFault {
  /** `RunResumeStatus`, `UpsertBucket` or `file_stream`. */
  readonly path: string;
  /** Answers this instead of doing anything. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
  /** Does what was asked for, and then closes the connection without an answer. */
  readonly losesAnswer?: boolean;
  /** Never answers. */
  readonly hangs?: boolean;
}

/** A request, read. */
export interface WandbRequestSeen {
  readonly path: string;
  readonly authorization: string | undefined;
  /** Of GraphQL. */
  readonly variables?: Fields;
  /** Of a stream of files. */
  readonly body?: Fields;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The part of W&B's HTTP interface that its SDK writes runs with, as `test/reference/wandb_protocol.json` has it: lines of files are kept by
 * their number. It refuses what the SDK does not send.
 */
export class WandbServer {
  /** By project and name. */
  readonly runs = new Map<string, ServedWandbRun>();
  readonly requests: WandbRequestSeen[] = [];
  faults: WandbFault[] = [];
  wantedAuthorization: string | undefined;
  /** Names that `model` and `upsertBucket` know of; any without. */
  entities: readonly string[] | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<WandbServer> {
    const server = new WandbServer();
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

  /** The run of a name, in whichever project. */
  run(name: string): ServedWandbRun {
    const [, run] = [...this.runs].find(([key]) => key.endsWith(`/${name}`)) ?? [];
    if (!run) throw new Error(`no run ${name}`);
    return run;
  }

  /** Lines of a file in their order, read. */
  lines(id: string, file: string): readonly Fields[] {
    return linesOf(this.run(id), file).map((line) => parseExtendedJson(line) as Fields);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
    const answer = (status: number, body: object | string, headers: Readonly<Record<string, string>> = {}): void => {
      const sent = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, {'content-type': 'application/json', ...headers}).end(sent);
    };
    const stream = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/file_stream$/.exec(request.url!);
    const isGraphql = request.url === '/graphql';
    // The SDK also uploads files and says how it is; neither is of use here.
    if (request.method !== 'POST' || (!stream && !isGraphql)) return answer(request.method === 'PUT' ? 200 : 404, {});
    const body = JSON.parse(text) as {readonly query?: string; readonly variables?: Fields};
    const path = stream ? 'file_stream' : /(?:query|mutation)\s+(\w+)/.exec(body.query ?? '')![1]!;
    const {authorization} = request.headers;
    this.requests.push({path, authorization, ...(stream ? {body: body as Fields} : {variables: body.variables!})});
    const at = this.faults.findIndex((fault) => fault.path === path);
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    if (fault?.hangs) return;
    if (fault?.status) return answer(fault.status, fault.body ?? {error: 'come back later'}, fault.headers);
    try {
      if (this.wantedAuthorization !== undefined && authorization !== this.wantedAuthorization) {
        throw new Refusal(401, 'user is not logged in');
      }
      const result = stream
        ? this.stream(`${decodeURIComponent(stream[2]!)}/${decodeURIComponent(stream[3]!)}`, body as Fields)
        : {data: this.graphql(path, body.variables ?? {})};
      if (fault?.losesAnswer) response.destroy();
      else answer(200, result);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer(error.status, {errors: [{message: error.message}]});
    }
  }

  /** What a request to GraphQL does and is answered with. */
  graphql(operation: string, variables: Fields): object {
    const entity = String(variables.entity ?? 'somebody');
    const isKnown = this.entities === undefined || this.entities.includes(entity);
    if (operation === 'UpsertBucket') {
      if (!isKnown) throw new Refusal(404, `entity ${entity} not found`);
      return {upsertBucket: this.#upsert(entity, variables)};
    }
    if (operation === 'RunResumeStatus') {
      return {model: isKnown ? {bucket: this.#status(String(variables.name), String(variables.project))} : null};
    }
    if (operation === 'CreateRunFiles') {
      const files = (variables.files as readonly string[]).map((name) => ({
        name,
        uploadUrl: `${this.url}/upload/${name}`,
      }));
      return {createRunFiles: {runID: 'x', uploadHeaders: [], files}};
    }
    if (operation === 'RunStopStatus') return {project: {run: {stopped: false}}};
    throw new Refusal(400, `no ${operation} here`);
  }

  #upsert(entity: string, variables: Fields): object {
    const {id, name, project, ...fields} = variables;
    if (typeof name !== 'string' || typeof project !== 'string')
      throw new Refusal(400, 'a run without name or project');
    const known = this.runs.get(`${project}/${name}`);
    if (typeof id === 'string' && known?.id !== id) throw new Refusal(404, `no run ${id}`);
    if (typeof fields.config === 'string') checkConfig(fields.config);
    const made = {id: `storage-${name}`, entity, project, fields: {}, files: new Map(), numChanged: 0};
    const run: ServedWandbRun = known ?? made;
    Object.assign(run.fields, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)));
    this.runs.set(`${project}/${name}`, run);
    const bucket = {
      id: run.id,
      name,
      displayName: run.fields.displayName ?? name,
      project: {id: 'p', name: run.project, entity: {id: 'e', name: run.entity}},
    };
    return {bucket, inserted: !known};
  }

  #status(name: string, project: string): object | null {
    const run = this.runs.get(`${project}/${name}`);
    if (!run) return null;
    const history = linesOf(run, 'wandb-history.jsonl');
    const {config = null, tags = [], notes = null} = run.fields;
    return {
      id: run.id,
      name,
      summaryMetrics: linesOf(run, 'wandb-summary.json').at(-1) ?? '{}',
      displayName: run.fields.displayName ?? name,
      logLineCount: 0,
      eventsLineCount: 0,
      eventsTail: '[]',
      historyLineCount: history.length,
      historyTail: JSON.stringify(history.slice(-1)),
      config,
      tags,
      notes,
      wandbConfig: JSON.stringify(begunOf(config)),
    };
  }

  /** What a request to a run's stream of files does. */
  stream(name: string, body: Fields): object {
    const run = this.runs.get(name);
    if (!run) throw new Refusal(404, `no run ${name}`);
    const {files = {}, complete, exitcode, uploaded: _uploaded, ...others} = body;
    if (Object.keys(others).length > 0) throw new Refusal(400, `unknown: ${Object.keys(others).join(', ')}`);
    if ((complete === undefined) !== (exitcode === undefined)) throw new Refusal(400, 'an end without exit code');
    for (const [file, chunk] of Object.entries(files as Record<string, {offset: number; content: string[]}>)) {
      if (!knownFiles.has(file)) throw new Refusal(400, `the file ${file}`);
      const lines = run.files.get(file) ?? new Map<number, string>();
      run.files.set(file, lines);
      const {offset, content} = chunk;
      if (!Number.isInteger(offset) || offset < 0 || offset > lines.size) throw new Refusal(400, `line ${offset}`);
      for (const [index, line] of content.entries()) {
        if (file === 'wandb-history.jsonl') checkHistory(line);
        const before = lines.get(offset + index);
        if (file === 'wandb-history.jsonl' && before !== undefined && before !== line) run.numChanged++;
        lines.set(offset + index, line);
      }
    }
    if (typeof exitcode === 'number') run.exitcode = exitcode;
    return {};
  }
}

const linesOf = ({files}: ServedWandbRun, file: string): readonly string[] =>
  [...(files.get(file) ?? [])].sort(([a], [b]) => a - b).map(([, line]) => line);

/** What of a run's config the SDK takes for the sign that it has begun. */
function begunOf(config: unknown): object {
  const {_wandb: own} = parseExtendedJson(String(config ?? '{}')) as {readonly _wandb?: {readonly value?: Fields}};
  return own?.value && 't' in own.value ? {t: own.value.t} : {};
}

const knownFiles: ReadonlySet<string> = new Set([
  'wandb-history.jsonl',
  'wandb-summary.json',
  'wandb-events.jsonl',
  'output.log',
]);

function checkConfig(text: string): void {
  for (const [key, entry] of Object.entries(parseExtendedJson(text) as Fields)) {
    const isEntry = typeof entry === 'object' && entry !== null && 'value' in entry;
    if (!isEntry) throw new Refusal(400, `the setting ${key}`);
  }
}

function checkHistory(line: string): void {
  const row = parseExtendedJson(line) as Fields;
  const isWhole = ['_step', '_timestamp', '_runtime'].every((key) => typeof row[key] === 'number');
  if (!isWhole || line.includes('\n')) throw new Refusal(400, `the line ${line}`);
}

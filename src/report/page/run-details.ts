import {formatCount} from '../format.js';
import type {RunData} from './data.js';
import {fill, h, isBeingUsed, section} from './dom.js';
import {runSelect} from './run-select.js';
import type {State} from './state.js';
import {stateChip} from './table.js';
import {yamlOf} from './yaml-text.js';

/** One run closely: what came out, its model, its data, its environment and its spec. @param extra what a live page adds */
export function runDetails(state: State, extra?: (run: RunData) => HTMLElement): HTMLElement {
  const {element, body} = section('run', 'One run');
  const picks = h('div', {class: 'controls'});
  const [head, added, records] = [h('div'), h('div'), h('div')];
  const content = h('div', {class: 'details'}, head, added, records);
  let drawn = '';
  const opened = new Set<string>(['Model']);

  const part = (title: string, child: HTMLElement | undefined): HTMLElement | undefined => {
    if (!child) return undefined;
    const details = h(
      'details',
      {open: opened.has(title), ontoggle: () => (details.open ? opened.add(title) : opened.delete(title))},
      h('summary', {'data-key': title}, title),
      child,
    );
    return details;
  };
  const draw = (): void => {
    const run = state.runOf(state.run) ?? state.runOf(state.data.overview.rows[0]?.runs[0]);
    element.hidden = run === undefined;
    if (!run) return;
    // From now on this run, wherever it goes in the table.
    state.run = run.id;
    const choose = (id: string): void => {
      state.run = id;
      draw();
    };
    if (!isBeingUsed(picks)) fill(picks, runSelect(state, 'Run', run.id, choose));
    const alerts = [...(run.message === undefined ? [] : [run.message]), ...run.warnings];
    fill(head, factsOf(run), ...alerts.map((text) => h('p', {class: 'alert'}, text)));
    if (extra) {
      const child = extra(run);
      if (child.parentElement !== added) fill(added, child);
    }
    const inputs = JSON.stringify([run.id, run.state, run.plan === undefined, run.environment === undefined]);
    if (inputs === drawn) return;
    drawn = inputs;
    fill(
      records,
      part('Model', modelOf(run)),
      part('Data and training', dataOf(run)),
      part('Environment', environmentOf(run)),
      part('Spec, resolved', run.spec === undefined ? undefined : h('pre', {tabindex: 0}, yamlOf(run.spec))),
    );
  };
  fill(body, picks, content);
  state.on(['data', 'choice'], draw);
  draw();
  return element;
}

function factsOf({facts}: RunData): HTMLElement {
  const pairs = facts.map(([name, text]) =>
    h(
      'div',
      {class: ['folder', 'tags', 'notes'].includes(name) ? 'whole' : ''},
      h('dt', {}, name),
      h('dd', {}, name === 'state' ? stateChip(text) : text),
    ),
  );
  return h('dl', {class: 'facts-grid'}, ...pairs);
}

type Plain = Readonly<Record<string, unknown>>;

const asRecord = (value: unknown): Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asCount = (value: unknown): string => (typeof value === 'number' ? formatCount(value) : '');

/** Layers, shapes and parameters, as plan.json has them. */
function modelOf({plan}: RunData): HTMLElement | undefined {
  const {layers, inputShapes, numParameters, numTrainableParameters} = asRecord(plan);
  const list = asList(layers).map(asRecord);
  if (list.length === 0) return undefined;
  const inputs = Object.entries(asRecord(inputShapes)).map(([name, shape]) => `${name} [${asList(shape).join(', ')}]`);
  const rows = list.map((layer) =>
    h(
      'tr',
      {},
      h('th', {scope: 'row'}, String(layer.name ?? '')),
      h('td', {}, String(layer.type ?? '')),
      h('td', {}, shapeText(layer.outputShape)),
      h('td', {class: 'number'}, asCount(layer.numParameters)),
    ),
  );
  const head = ['layer', 'type', 'output', 'parameters'].map((title, index) =>
    h('th', {scope: 'col', class: index === 3 ? 'number' : ''}, title),
  );
  const fixed = Number(numParameters) - Number(numTrainableParameters);
  return h(
    'div',
    {},
    h(
      'p',
      {class: 'muted'},
      `${inputs.length > 0 ? `Input ${inputs.join(', ')}. ` : ''}${asCount(numParameters)} parameters${fixed > 0 ? `, ${asCount(numTrainableParameters)} of them trainable` : ''}.`,
    ),
    h(
      'div',
      {class: 'scroller plain', tabindex: 0, role: 'region', 'aria-label': 'Layers'},
      h('table', {class: 'facts'}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
    ),
  );
}

const shapeText = (shape: unknown): string =>
  Array.isArray(shape) ? (shape.some(Array.isArray) ? shape.map(shapeText).join(', ') : `[${shape.join(', ')}]`) : '';

function dataOf({plan}: RunData): HTMLElement | undefined {
  const {source, data, batchSize, epochs, stepsPerEpoch, loss, optimizer, engine, device, dataFingerprint} =
    asRecord(plan);
  const {numTrain, numValidation, numTest} = asRecord(data);
  const sets = [
    ['training', numTrain],
    ['validation', numValidation],
    ['test', numTest],
  ].flatMap(([name, count]) => (Number(count) > 0 ? [`${asCount(count)} ${name}`] : []));
  const pairs: Plain = {
    source,
    examples: sets.join(', '),
    fingerprint: dataFingerprint,
    epochs,
    'steps per epoch': stepsPerEpoch,
    'batch size': batchSize,
    loss,
    optimizer,
    engine,
    device,
  };
  return pairTable(pairs);
}

/** Everything that environment.json says, leaf by leaf. */
function environmentOf({environment}: RunData): HTMLElement | undefined {
  const {command, packages, os, cpu, git, variables, memoryBytes, ...rest} = asRecord(environment);
  if (Object.keys(rest).length === 0) return undefined;
  const system = asRecord(os);
  const processor = asRecord(cpu);
  const commit = asRecord(git);
  return pairTable({
    command: `exp ${asList(command).join(' ')}`,
    ...rest,
    system: [system.platform, system.release, system.arch].filter(Boolean).join(' '),
    processor: `${String(processor.model ?? '')}, ${String(processor.cores ?? '')} cores`,
    memory: typeof memoryBytes === 'number' ? `${(memoryBytes / 1e9).toFixed(1)} GB` : undefined,
    git:
      commit.commit === undefined
        ? undefined
        : `${String(commit.commit)}${commit.branch === undefined ? '' : ` on ${String(commit.branch)}`}${commit.dirty === true ? ', with uncommitted changes' : ''}`,
    ...asRecord(packages),
    ...asRecord(variables),
  });
}

function pairTable(pairs: Plain): HTMLElement | undefined {
  const rows = Object.entries(pairs).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === '') return [];
    return [
      h(
        'tr',
        {},
        h('th', {scope: 'row'}, name),
        h('td', {}, typeof value === 'object' ? JSON.stringify(value) : String(value)),
      ),
    ];
  });
  return rows.length === 0 ? undefined : h('table', {class: 'facts'}, h('tbody', {}, ...rows));
}

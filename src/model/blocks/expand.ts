import type {Problem} from '../../spec/diagnostic.js';
import type {ExpandContext, Expanded, Expander} from '../../spec/load.js';
import {type Entry, type Located, type LocatedMap, nodeAt, withEntry} from '../../spec/located.js';
import {formatPath} from '../../spec/path.js';
import {readBlocks} from './definitions.js';
import {LayerList} from './layer-list.js';

/** Replaces the blocks of a model by the layers they stand for; what is left is what the schema knows. */
export const blockExpander: Expander = {
  isDefinition: (path) => path.length === 3 && path[0] === 'model' && path[1] === 'blocks',
  expand,
};

function expand(root: Located, context: ExpandContext): Expanded {
  const unchanged = {root, tell: (problem: Problem) => problem};
  const model = nodeAt(root, ['model']);
  if (root.kind !== 'map' || model?.kind !== 'map') return unchanged;
  const layers = model.entries.get('layers');
  const uses = layers?.value.kind === 'list' && layers.value.items.some(isUse);
  if (!uses && !model.entries.has('blocks')) return unchanged;

  const blocks = readBlocks(model, context);
  const withoutBlocks = withEntry(model, 'blocks', undefined);
  if (layers?.value.kind !== 'list' || !uses) return replaced(root, withoutBlocks, (problem) => problem);
  const list = new LayerList(blocks, context);
  const output = model.entries.get('output');
  const items = list.expand(layers.value.items);
  const expanded = {...layers, value: {...layers.value, items}};
  const withLayers = withEntry(withoutBlocks, 'layers', expanded);
  const whole = output
    ? withEntry(withLayers, 'output', {...output, value: list.outputNode(output.value)})
    : withLayers;
  return replaced(root, whole, teller(list, context.problems.length === 0));
}

const isUse = (item: Located): boolean => item.kind === 'map' && item.entries.has('block');

function replaced(root: LocatedMap, model: LocatedMap, tell: Expanded['tell']): Expanded {
  const entry = root.entries.get('model') as Entry;
  return {root: withEntry(root, 'model', {...entry, value: model}), tell};
}

/**
 * Puts the written path for the expanded one, and says which use of the block it is about.
 * @param isWhole whether no entry was left out because of a mistake; else a list that is too short is none
 */
const teller =
  (list: LayerList, isWhole: boolean): Expanded['tell'] =>
  (problem) => {
    const {path, message, hint} = problem;
    if (path[0] !== 'model' || path[1] !== 'layers') return problem;
    const [, , index, ...rest] = path;
    if (typeof index !== 'number') return isWhole ? problem : undefined;
    const trace = list.traces[index];
    if (!trace) return problem;
    const hints = [...(hint === undefined ? [] : [hint]), ...trace.uses.map((use) => use.text)];
    return {
      ...problem,
      path: [...trace.path, ...rest],
      message: message.replaceAll(formatPath(path.slice(0, 3)), formatPath(trace.path)),
      ...(hints.length === 0 ? {} : {hint: hints.join('\n')}),
    };
  };

import type {Problem} from '../spec/diagnostic.js';
import {type Located, type LocatedMap, nodeAt, withEntry} from '../spec/located.js';
import {applyOverrides} from '../spec/overrides.js';
import {readYaml} from '../spec/read-yaml.js';
import {SourceFile} from '../spec/source.js';

/**
 * Lays `key=value` pairs of the command line over a sweep: `maxTrials=3`, `parameters.training.batchSize=[16, 32]`, and, for the
 * experiment, `overrides.training.epochs=1`. What is behind `parameters.` and `overrides.` is one key.
 */
export function applySweepOverrides(root: Located, pairs: readonly string[], problems: Problem[]): Located {
  let result = root;
  for (const pair of pairs) {
    const [, section, key] = /^(parameters|overrides|experiment)\.([^=]+)=/.exec(pair) ?? [];
    if (section === undefined || key === undefined || result.kind !== 'map') {
      result = applyOverrides(result, [pair], problems);
      continue;
    }
    const source = new SourceFile('<override>', pair, 'override');
    const start = section.length + 1;
    const end = pair.indexOf('=');
    const value = readYaml(source, problems, end + 1);
    if (!value) continue;
    const name = section === 'experiment' ? 'overrides' : section;
    const keyPlace = {source, start, end};
    const map = nodeAt(result, [name]);
    const empty: LocatedMap = {kind: 'map', place: value.place, origin: value.origin, entries: new Map()};
    const isRemoved = section === 'parameters' && value.kind === 'scalar' && value.value === null;
    const grown = withEntry(map?.kind === 'map' ? map : empty, key, isRemoved ? undefined : {keyPlace, value});
    result = withEntry(result, name, {keyPlace: result.entries.get(name)?.keyPlace ?? keyPlace, value: grown});
  }
  return result;
}

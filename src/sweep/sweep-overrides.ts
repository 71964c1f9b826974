import {experimentSection} from '../experiment/schema.js';
import type {Problem} from '../spec/diagnostic.js';
import {type Located, type LocatedMap, nodeAt, withEntry} from '../spec/located.js';
import {applyOverrides} from '../spec/overrides.js';
import {readYaml} from '../spec/read-yaml.js';
import {SourceFile} from '../spec/source.js';
import {sweepSection} from './section.js';

/**
 * Lays `key=value` pairs of the command line over a sweep: `maxTrials=3`, `parameters.training.batchSize=[16, 32]`, and, for the
 * experiment, `overrides.training.epochs=1`. What is behind `parameters.` and `overrides.` is one key.
 */
export function applySweepOverrides(root: Located, pairs: readonly string[], problems: Problem[]): Located {
  let result = root;
  for (const pair of pairs) {
    const [, section, key] = /^(parameters|overrides|experiment)\.([^=]+)=/.exec(pair) ?? [];
    const source = new SourceFile('<override>', pair, 'override');
    if (section === undefined || key === undefined || result.kind !== 'map') {
      const [, first = ''] = /^([^.=[]+)/.exec(pair) ?? [];
      if (isOfExperiment(first)) {
        const place = {source, start: 0, end: first.length};
        const message = `\`${first}\` is a key of the experiment, not of the sweep`;
        problems.push({place, path: [first], message, hint: `write overrides.${pair}`});
      } else result = applyOverrides(result, [pair], problems);
      continue;
    }
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

const isOfExperiment = (key: string): boolean =>
  Object.hasOwn(experimentSection.properties, key) && !Object.hasOwn(sweepSection.properties, key);

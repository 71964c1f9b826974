/**
 * Milliseconds that a suggestion takes after 100 and 1,000 points, in ten dimensions of several kinds: the median and the slowest of many.
 *
 *   node --import tsx bench/suggestion-time.ts [--points 100,1000]
 */
import {parseArgs} from 'node:util';
import {buildSampler, type SamplerSpec} from '../src/sweep/samplers/index.js';
import type {Observation} from '../src/sweep/samplers/sampler.js';
import type {Distribution} from '../src/sweep/space/distribution.js';
import type {SearchSpace} from '../src/sweep/space/search-space.js';
import {spaceOf} from '../test/sweep/samplers/objectives.js';
import {describeMachine, quantile} from './machine.js';

const {values: flags} = parseArgs({options: {points: {type: 'string', default: '100,1000'}}});
const numDimensions = 10;
const numSuggestions = 30;

const spaceWith = (make: (index: number) => Distribution): SearchSpace =>
  spaceOf(Object.fromEntries(Array.from({length: numDimensions}, (_, i) => [`x${i}`, make(i)])));
const scaleOf = (index: number) => (index % 2 === 0 ? 'linear' : 'log');
const spaces: Readonly<Record<string, SearchSpace>> = {
  floats: spaceWith((i) => ({kind: 'float', low: 0.001, high: 1, scale: scaleOf(i)})),
  'ints of 1 to 1,000': spaceWith((i) => ({kind: 'int', low: 1, high: 1000, scale: scaleOf(i)})),
  mixed: spaceWith((i) =>
    i < 4
      ? {kind: 'float', low: 1e-5, high: 1, scale: 'log'}
      : i < 7
        ? {kind: 'int', low: 1, high: 64, scale: 'linear'}
        : {kind: 'categorical', choices: ['a', 'b', 'c', 'd']},
  ),
};
const specs: readonly SamplerSpec[] = [
  {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: true},
  {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: false},
  {type: 'cmaEs', sigma: 0.2, restarts: true},
  {type: 'sobol', scramble: true},
  {type: 'random'},
];

console.log(describeMachine());
for (const [name, space] of Object.entries(spaces)) {
  const random = buildSampler({type: 'random'}, space);
  const scoreOf = (assignment: Observation['assignment']): number =>
    Object.values(assignment).reduce<number>(
      (sum, value) => sum + (typeof value === 'number' ? Math.log1p(value) : 1),
      0,
    );
  for (const spec of specs) {
    for (const numPoints of flags.points.split(',').map(Number)) {
      // cmaEs works out its generations as they come, so it is asked all along; others do not remember.
      const sampler = buildSampler(spec, space);
      const observations: Observation[] = [];
      for (let point = 1; point <= numPoints; point++) {
        const source = spec.type === 'cmaEs' ? sampler : random;
        const assignment = source.suggest({point, seed: 3, observations});
        observations.push({point, assignment, state: 'finished', score: scoreOf(assignment)});
      }
      const millis = Array.from({length: numSuggestions}, (_, i) => {
        const start = performance.now();
        sampler.suggest({point: numPoints + 1 + i, seed: 3, observations});
        return performance.now() - start;
      });
      const multivariate = 'multivariate' in spec && !spec.multivariate ? ', each alone' : '';
      console.log(
        `${name}, ${spec.type}${multivariate}, after ${numPoints}: median ${quantile(millis, 0.5).toFixed(2)} ms, slowest ${Math.max(...millis).toFixed(1)}`,
      );
    }
  }
}

import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {gridOf} from '../space/grid.js';
import {defineSampler} from './definition.js';

/** Every point of the space once, the first parameter varying slowest. */
export const grid = defineSampler({
  type: 'grid',
  summary:
    'Every combination of the values, in order: the first parameter varies slowest. Ranges need a step, or be whole numbers.',
  args: Type.Object({}),
  build: (_spec, space) => {
    const points = gridOf(space);
    return {
      isAdaptive: false,
      numPoints: points.length,
      suggest({point}) {
        const found = points[point - 1];
        if (!found) throw new ExpError('USAGE', `the grid has ${points.length} points; there is no ${point}`);
        return found;
      },
    };
  },
});

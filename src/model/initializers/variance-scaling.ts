import {Type} from '@sinclair/typebox';
import {defineInitializer} from './definition.js';
import {fillTruncatedNormal, fillUniform, truncatedNormalDeviation} from './distributions.js';
import type {Fans} from './fans.js';

type Mode = 'fanIn' | 'fanAvg';

/**
 * The family whose variance is scale / fan, so that signals neither grow nor fade from layer to layer.
 * Formulas: Keras VarianceScaling; uniform has limits ±√(3 · variance), normal is truncated at two deviations and rescaled.
 */
function varianceScaling<const Name extends string>(
  type: Name,
  summary: string,
  scale: number,
  mode: Mode,
  distribution: 'uniform' | 'normal',
) {
  const varianceFor = ({fanIn, fanOut}: Fans): number =>
    scale / Math.max(1, mode === 'fanIn' ? fanIn : (fanIn + fanOut) / 2);
  return defineInitializer({
    type,
    summary,
    args: Type.Object({}),
    fill(_args, values, _shape, fans, rng) {
      const variance = varianceFor(fans);
      if (distribution === 'uniform') {
        const limit = Math.sqrt(3 * variance);
        fillUniform(values, -limit, limit, rng);
      } else {
        fillTruncatedNormal(values, 0, Math.sqrt(variance) / truncatedNormalDeviation, rng);
      }
    },
    stock: (initializers) => initializers.varianceScaling({scale, mode, distribution}),
  });
}

export const glorotUniform = varianceScaling(
  'glorotUniform',
  'Uniform with variance 2 / (fanIn + fanOut) (Glorot & Bengio 2010); the default for kernels.',
  1,
  'fanAvg',
  'uniform',
);
export const glorotNormal = varianceScaling(
  'glorotNormal',
  'Truncated normal with variance 2 / (fanIn + fanOut) (Glorot & Bengio 2010).',
  1,
  'fanAvg',
  'normal',
);
export const heUniform = varianceScaling(
  'heUniform',
  'Uniform with variance 2 / fanIn (He et al. 2015); suits relu.',
  2,
  'fanIn',
  'uniform',
);
export const heNormal = varianceScaling(
  'heNormal',
  'Truncated normal with variance 2 / fanIn (He et al. 2015); suits relu.',
  2,
  'fanIn',
  'normal',
);
export const lecunUniform = varianceScaling(
  'lecunUniform',
  'Uniform with variance 1 / fanIn (LeCun et al. 1998); suits selu.',
  1,
  'fanIn',
  'uniform',
);
export const lecunNormal = varianceScaling(
  'lecunNormal',
  'Truncated normal with variance 1 / fanIn (LeCun et al. 1998); suits selu.',
  1,
  'fanIn',
  'normal',
);
export const torchUniform = varianceScaling(
  'torchUniform',
  "PyTorch's default for Linear and Conv2d, kernels and biases alike: uniform in ±1 / √fanIn.",
  1 / 3,
  'fanIn',
  'uniform',
);

import {initializers} from '../model/initializers/index.js';
import type {LayerDefinition} from '../model/layer.js';
import {layers} from '../model/layers/index.js';
import {regularizers} from '../model/regularizers/index.js';
import type {Definition} from '../spec/define.js';
import {renderCatalogue} from './catalogue.js';
import type {RenderOptions} from './definitions.js';

type Noun = 'layer' | 'initializer' | 'regularizer';

/** What `exp layers` prints. @throws ExpError USAGE when there is no member of that name */
export function modelCatalogue(
  noun: Noun,
  name: string | undefined,
  options: RenderOptions & {readonly json: boolean},
): string {
  if (noun === 'layer') {
    const describe = ({shapes, arity, example}: LayerDefinition) => ({
      facts: {shapes, ...(arity ? {inputs: arity.min === arity.max ? `${arity.min}` : `${arity.min} or more`} : {})},
      example: `- ${example}`,
    });
    return renderCatalogue<LayerDefinition>({noun, members: layers, describe}, name, options);
  }
  const members: Readonly<Record<string, Definition>> = noun === 'initializer' ? initializers : regularizers;
  return renderCatalogue({noun, members, describe: () => ({})}, name, options);
}

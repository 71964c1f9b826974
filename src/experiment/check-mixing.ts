import {firstMix} from '../data/augment/mixer.js';
import {lossDefinition, losses} from '../training/losses/registry.js';
import {outputsOf} from '../training/outputs.js';
import type {Findings} from './findings.js';
import type {ExperimentSpec} from './schema.js';

/** mixup and cutmix mix targets, so every loss has to take mixtures of classes. */
export function checkMixing({data, training}: ExperimentSpec, findings: Findings): void {
  const first = firstMix(data.augment);
  if (first === -1) return;
  const {type} = data.augment[first]!;
  for (const {loss} of outputsOf(training)) {
    const {takesMixtures, targets} = lossDefinition(loss);
    if (takesMixtures) continue;
    const message = `${type} mixes the classes of examples, and the loss ${loss.type} takes no mixtures`;
    const hint =
      targets === 'values'
        ? `remove ${type}: it is for classification with the loss ${mixable}`
        : `write the loss ${mixable}`;
    findings.mistake(['data', 'augment', first, 'type'], message, hint);
    return;
  }
}

const mixable = Object.values(losses)
  .filter((loss) => 'takesMixtures' in loss && loss.takesMixtures)
  .map(({type}) => type)
  .join(' or ');

import {averagedRule} from './optimizers/average.js';
import {optimizerRule} from './optimizers/registry.js';
import type {RuleChoice} from './optimizers/rule.js';
import type {TrainingSpec} from './section.js';

/** What one update of a spec does to each weight and its slots: the optimizer, and the average of the weights. */
export const updateRule = ({optimizer, weightAverage}: Pick<TrainingSpec, 'optimizer' | 'weightAverage'>): RuleChoice =>
  averagedRule(optimizerRule(optimizer), weightAverage);

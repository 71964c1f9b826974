import {plural} from '../report/format.js';
import {printable} from '../report/printable.js';
import type {Style} from '../report/style.js';
import type {Condition} from './rerun-conditions.js';
import {type Deviation, type Repetition, shareOf} from './rerun-results.js';

/** What is not as it was, before anything is trained. */
export function conditionsText(id: string, conditions: readonly Condition[], style: Style): string {
  if (conditions.length === 0)
    return `${style.green('✓')} data, versions, device and repository are those of ${printable(id)}\n`;
  const line = ({what, was, is, matters}: Condition): string => {
    const change = what === 'spec' ? printable(is ?? '') : `${short(was)} then, ${short(is)} now`;
    return `  ${matters ? style.yellow('!') : ' '} ${what}: ${change}\n`;
  };
  const heading = `what is not as it was in ${printable(id)}${conditions.some(({matters}) => matters) ? ' (! may change results)' : ', none of which changes results'}:\n`;
  return heading + conditions.map(line).join('');
}

/** Fingerprints are known by their beginning. */
const short = (value: string | undefined): string => {
  if (value === undefined) return 'not recorded';
  return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}…` : printable(value);
};

/** Whether the same came out. */
export function repetitionText(id: string, repetition: Repetition, style: Style): string {
  const {isEqual, hasSameWeights, numEpochs, numMissing, first, largest, sameUntilStep} = repetition;
  const missing = numMissing > 0 ? `; one of the runs has ${plural(numMissing, 'epoch')} more` : '';
  const weights =
    hasSameWeights === undefined ? '' : hasSameWeights ? ', and so are the weights' : ', but the final weights are not';
  if (isEqual)
    return `${style.green('✓')} repeated: metrics.csv is that of ${printable(id)} to the last byte${weights}\n`;
  if (!first || !largest) {
    return `${style.yellow('!')} ${plural(numEpochs, 'epoch')} in common with ${printable(id)}, the same in all metrics${missing}\n`;
  }
  const until = sameUntilStep === undefined ? '' : `; rows of steps.csv are the same up to step ${sameUntilStep}`;
  return [
    `${style.yellow('!')} not the same as in ${printable(id)}${missing}:\n`,
    `  first: ${deviationText(first)}${until}\n`,
    `  most:  ${deviationText(largest)}\n`,
  ].join('');
}

function deviationText(deviation: Deviation): string {
  const {epoch, metric, was, is} = deviation;
  const share = shareOf(deviation);
  const size = Number.isFinite(share) ? ` (${share.toExponential(1)} of it)` : '';
  const where = epoch === undefined ? 'at the end' : `epoch ${epoch}`;
  return `${where}, ${printable(metric)}: ${was ?? 'nothing'} then, ${is ?? 'nothing'} now${size}`;
}

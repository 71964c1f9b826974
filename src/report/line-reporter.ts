import type {RunGroup} from '../runs/records.js';
import type {TrainingEvent} from '../training/events.js';
import {formatMetric} from './format.js';
import {type GroupEnding, memberLabel} from './group.js';
import {groupLine, groupScreen, memberEnding, memberHeading} from './group-screen.js';
import type {GroupReporter, RunEnding, RunPlan} from './reporter.js';
import {endScreen, epochLine, planScreen, validatedLine} from './screens.js';
import type {Sink} from './sink.js';

/** A line per epoch: for pipes, CI and output.log. With `quiet` only the end of the run, with `isGroup` less of each and more of all. */
export class LineReporter implements GroupReporter {
  #numEpochs = 0;
  #label = '';
  #hasPlanned = false;

  constructor(
    readonly sink: Sink,
    readonly options: {readonly quiet?: boolean; readonly isGroup?: boolean; readonly warnings?: Sink} = {},
  ) {}

  groupStarted(members: readonly Omit<RunGroup, 'id'>[]): void {
    if (!this.options.quiet) this.sink.write(groupLine(members));
  }

  planned(plan: RunPlan): void {
    const {quiet, isGroup} = this.options;
    this.#label = isGroup && plan.group ? memberLabel(plan.group) : '';
    if (quiet) return;
    if (!isGroup || !this.#hasPlanned) this.sink.write(`${isGroup ? '\n' : ''}${planScreen(plan, this.sink)}`);
    else if (plan.group) this.sink.write(`\n${memberHeading(plan.group, this.sink)}`);
    this.#hasPlanned = true;
  }

  listen(event: TrainingEvent): void {
    if (event.type === 'trainingStarted') this.#numEpochs = event.numEpochs;
    const line = this.options.quiet ? undefined : eventLine(event, this.#numEpochs, this.sink, this.#label);
    if (line !== undefined) this.sink.write(`${line}\n`);
  }

  warn(message: string): void {
    const sink = this.options.warnings ?? this.sink;
    sink.write(`${sink.style.yellow('warning:')} ${message}\n`);
  }

  ended(ending: RunEnding): void {
    const {quiet, isGroup} = this.options;
    if (!isGroup) this.sink.write(`${quiet ? '' : '\n'}${endScreen(ending, this.sink)}`);
    else if (!quiet) this.sink.write(memberEnding(ending, this.sink));
  }

  groupEnded(ending: GroupEnding): void {
    this.sink.write(`${this.options.quiet ? '' : '\n'}${groupScreen(ending, this.sink)}`);
  }

  close(): void {}
}

/** The line that stays for an event; undefined for events that leave none. @param label of the run where there are several */
export function eventLine(
  event: TrainingEvent,
  numEpochs: number,
  view: Pick<Sink, 'style' | 'width'>,
  label = '',
): string | undefined {
  switch (event.type) {
    case 'validated':
      return validatedLine(event, view, label);
    case 'epochEnded':
      return epochLine(event, numEpochs, view, label);
    case 'stoppedEarly':
      return `stopped early: ${event.monitor} has not improved since epoch ${event.bestEpoch} (${formatMetric(event.best)})`;
    case 'restoredBest':
      return `went back to the weights of epoch ${event.epoch} (${event.monitor} ${formatMetric(event.best)})`;
    default:
      return undefined;
  }
}

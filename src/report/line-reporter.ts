import type {TrainingEvent} from '../training/events.js';
import {formatMetric} from './format.js';
import type {RunEnding, RunPlan, RunReporter} from './reporter.js';
import {endScreen, epochLine, planScreen} from './screens.js';
import type {Sink} from './sink.js';

/** A line per epoch: for pipes, CI and output.log. With `quiet` only the end of the run. */
export class LineReporter implements RunReporter {
  #numEpochs = 0;

  constructor(
    readonly sink: Sink,
    readonly options: {readonly quiet?: boolean; readonly warnings?: Sink} = {},
  ) {}

  planned(plan: RunPlan): void {
    if (!this.options.quiet) this.sink.write(planScreen(plan, this.sink));
  }

  listen(event: TrainingEvent): void {
    if (event.type === 'trainingStarted') this.#numEpochs = event.numEpochs;
    const line = this.options.quiet ? undefined : eventLine(event, this.#numEpochs, this.sink);
    if (line !== undefined) this.sink.write(`${line}\n`);
  }

  warn(message: string): void {
    const sink = this.options.warnings ?? this.sink;
    sink.write(`${sink.style.yellow('warning:')} ${message}\n`);
  }

  ended(ending: RunEnding): void {
    this.sink.write(`${this.options.quiet ? '' : '\n'}${endScreen(ending, this.sink)}`);
  }

  close(): void {}
}

/** The line that stays for an event; undefined for events that leave none. */
export function eventLine(
  event: TrainingEvent,
  numEpochs: number,
  view: Pick<Sink, 'style' | 'width'>,
): string | undefined {
  switch (event.type) {
    case 'epochEnded':
      return epochLine(event, numEpochs, view);
    case 'stoppedEarly':
      return `stopped early: ${event.monitor} has not improved since epoch ${event.bestEpoch} (${formatMetric(event.best)})`;
    case 'restoredBest':
      return `went back to the weights of epoch ${event.epoch} (${event.monitor} ${formatMetric(event.best)})`;
    default:
      return undefined;
  }
}

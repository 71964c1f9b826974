import {applyChange} from './apply-change.js';
import type {PageData, RunData} from './data.js';
import {fill, h} from './dom.js';
import type {LiveChange} from './live-data.js';
import {RunPanel} from './live-run.js';
import {unpack} from './pack.js';
import type {State} from './state.js';

/** Connects to `exp watch`: the page appears with the first data, grows with what changes, and says when the server is gone. */
export function followRuns(show: (data: PageData, extra: (run: RunData) => HTMLElement) => State): void {
  const status = h('p', {class: 'connection', role: 'status'}, 'Connecting to exp watch …');
  document.body.append(status);
  const panel = new RunPanel();
  let state: State | undefined;
  const events = new EventSource('/events');
  events.addEventListener('hello', ({data}: MessageEvent<string>) => {
    panel.mayStop = (JSON.parse(data) as {readonly mayStop: boolean}).mayStop;
  });
  events.addEventListener('data', ({data}: MessageEvent<string>) => {
    const whole = unpack(JSON.parse(data));
    if (state) {
      state.replace(whole);
      state.emit('data');
    } else {
      state = show(whole, (run) => panel.show(run));
      document.body.append(status);
    }
    fill(status);
    status.hidden = true;
  });
  events.addEventListener('change', ({data}: MessageEvent<string>) => {
    if (!state) return;
    state.replace(applyChange(state.data, JSON.parse(data) as LiveChange));
    state.emit('data');
  });
  events.addEventListener('error', () => {
    fill(status, 'exp watch does not answer: it has ended, or this machine slept. The page tries again.');
    status.hidden = false;
    // A refusal ends an EventSource for good.
    if (events.readyState === EventSource.CLOSED)
      fill(status, 'exp watch refuses: open the address that it printed, with its token.');
  });
}

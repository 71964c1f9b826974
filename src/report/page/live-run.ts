import type {RunData} from './data.js';
import {fill, h} from './dom.js';

/** Milliseconds between two looks at a log that is shown. */
const logMillis = 1500;
/** Letters of a log that the page keeps. */
const longestLog = 200_000;

/** What a live page adds to a run: its log, and a button that stops it. */
export class RunPanel {
  /** Whether the page was opened with the token. */
  mayStop = false;
  readonly #log = h('pre', {tabindex: 0, class: 'log', 'aria-label': 'Log'});
  readonly #stopArea = h('div', {class: 'stop'});
  readonly #answer = h('p', {class: 'muted', role: 'status'});
  readonly #details: HTMLDetailsElement;
  readonly #element: HTMLElement;
  #run: RunData | undefined;
  #end: number | undefined;

  constructor() {
    this.#details = h(
      'details',
      {class: 'log-part', ontoggle: () => void this.#read()},
      h('summary', {}, 'Log'),
      this.#log,
    );
    this.#element = h('div', {}, this.#stopArea, this.#answer, this.#details);
    setInterval(() => void this.#read(), logMillis);
  }

  /** Shows a run, the one before or another. */
  show(run: RunData): HTMLElement {
    const isOther = this.#run?.id !== run.id;
    const hasEnded = this.#run?.state !== run.state;
    this.#run = run;
    if (isOther) {
      this.#end = undefined;
      fill(this.#log);
      fill(this.#answer);
      void this.#read();
    }
    if (isOther || hasEnded) this.#offerStop();
    return this.#element;
  }

  #offerStop(): void {
    const run = this.#run;
    if (run?.state !== 'running') {
      fill(this.#stopArea);
      return;
    }
    if (!this.mayStop) {
      fill(
        this.#stopArea,
        h('p', {class: 'muted'}, 'To stop runs, open the address that exp watch printed, with its token.'),
      );
      return;
    }
    fill(
      this.#stopArea,
      h('button', {type: 'button', class: 'danger', onclick: () => this.#confirm(run)}, 'Stop this run …'),
    );
  }

  #confirm(run: RunData): void {
    const dialog = h(
      'dialog',
      {'aria-labelledby': 'stop-title', onclose: () => this.#closed(dialog, run)},
      h('h2', {id: 'stop-title'}, `Stop ${run.id}?`),
      h(
        'p',
        {},
        'Its process saves a checkpoint and ends, with all that it does: where one command trains several runs, the others end too.',
      ),
      h(
        'div',
        {class: 'controls'},
        h('button', {type: 'button', class: 'danger', onclick: () => dialog.close('stop')}, 'Stop it'),
        h('button', {type: 'button', autofocus: true, onclick: () => dialog.close('')}, 'Let it go on'),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  }

  #closed(dialog: HTMLDialogElement, run: RunData): void {
    dialog.remove();
    if (dialog.returnValue === 'stop') void this.#stop(run);
  }

  async #stop({id}: RunData): Promise<void> {
    fill(this.#answer, 'Asking …');
    try {
      const body = JSON.stringify({run: id});
      const response = await fetch('/stop', {method: 'POST', headers: {'Content-Type': 'application/json'}, body});
      const {message} = (await response.json()) as {readonly message: string};
      fill(this.#answer, message);
    } catch {
      fill(this.#answer, 'exp watch does not answer.');
    }
  }

  async #read(): Promise<void> {
    const run = this.#run;
    if (!run || !this.#details.open || !this.#details.isConnected) return;
    const place = this.#end === undefined ? '' : `&from=${this.#end}`;
    try {
      const response = await fetch(`/log?run=${encodeURIComponent(run.id)}${place}`);
      const {text, from, end} = (await response.json()) as {
        readonly text: string;
        readonly from: number;
        readonly end: number;
      };
      if (this.#run !== run && this.#run?.id !== run.id) return;
      const isAtEnd = this.#log.scrollTop + this.#log.clientHeight >= this.#log.scrollHeight - 8;
      const before = from === this.#end ? (this.#log.textContent ?? '') : '';
      this.#end = end;
      if (text === '' && before !== '') return;
      this.#log.textContent = (before + text).slice(-longestLog) || 'Nothing was printed yet.';
      if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
    } catch {
      // The connection says by itself that the server is gone.
    }
  }
}

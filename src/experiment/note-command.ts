import {formatTime} from '../report/format.js';
import {visible, visibleJson} from '../report/printable.js';
import type {Sink} from '../report/sink.js';
import {findRun} from '../runs/find-runs.js';
import {appendLabels, checkNote} from '../runs/labels.js';
import {readRun} from '../runs/run.js';
import {ExpError} from '../support/errors.js';

/** What `exp note` was asked for. */
export interface NoteRequest {
  /** A run as people name it. */
  readonly run: string;
  readonly runsDir: string;
  /** Without a text the notes are shown. */
  readonly text?: string | undefined;
  /** Whether the notes there are go. */
  readonly replace: boolean;
  readonly json: boolean;
}

/** Adds a note to a run, puts it in place of the others, or shows them. @throws ExpError RUN_NOT_FOUND, RUN_UNWRITABLE, USAGE */
export function takeNote(request: NoteRequest, {out, errors}: {readonly out: Sink; readonly errors: Sink}): void {
  const {text, replace, json} = request;
  if (replace && text === undefined) {
    throw new ExpError('USAGE', '--replace needs a text to put in place', '--replace "" removes the notes');
  }
  const found = findRun(request.run, request.runsDir);
  if (text !== undefined) {
    checkNote(text);
    if (text.trim() === '' && !replace) throw new ExpError('USAGE', 'the note is empty', 'write a text, in quotes');
    appendLabels(found.path, [{note: text.trim(), ...(replace ? {replace: true} : {})}]);
  }
  const run = text === undefined ? found : readRun(found.path);
  if (json) {
    out.write(visibleJson({run: run.id, path: run.path, notes: run.notes}));
    return;
  }
  if (run.notes.length === 0) errors.write('no notes\n');
  for (const {text: note, time} of run.notes) {
    const when = Number.isNaN(Date.parse(time)) ? '' : `${formatTime(new Date(time))}  `;
    const indent = ' '.repeat(when.length);
    out.write(`${out.style.dim(when)}${note.split('\n').map(visible).join(`\n${indent}`)}\n`);
  }
}

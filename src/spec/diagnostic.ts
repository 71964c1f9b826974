import {type ErrorCode, ExpError} from '../support/errors.js';
import {formatPath, type Path} from './path.js';
import type {Place, SourceFile} from './source.js';

/** A mistake found in a spec, before it is written out for people. */
export interface Problem {
  readonly place: Place;
  /** Of the value the mistake is about. */
  readonly path: Path;
  /** What happened and what was expected, one line. */
  readonly message: string;
  /** How to mend it. */
  readonly hint?: string;
  /** SPEC_INVALID by default; DATA_MISSING where the spec is right and a file it names is not there. */
  readonly code?: ErrorCode;
}

/** A mistake as programs get it (`--json`). Lines and columns count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
  /** The line in question with a caret under the mistake. */
  readonly frame: string;
}

/** Mistakes that are written out in full. More than that, and the file is not a spec with mistakes but something else. */
export const maxExplained = 100;

/** Every mistake of one spec, in the order of the text. */
export class SpecError extends ExpError {
  readonly diagnostics: readonly Diagnostic[];

  /** What the diagnostics were made of, for whoever tells them in other words. */
  readonly #problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const diagnostics = [...problems].sort(comparePlaces).map(toDiagnostic);
    const code = commonCode(problems);
    const numMistakes = diagnostics.length === 1 ? '1 mistake' : `${diagnostics.length} mistakes`;
    const what = problems.every(({path}) => path[0] === 'model') ? 'initial weights' : 'data';
    const head = code === 'SPEC_INVALID' ? `the spec has ${numMistakes}` : `the ${what} of this spec cannot be used`;
    const shown = diagnostics.slice(0, maxExplained).map(formatDiagnostic);
    const rest = diagnostics.length > maxExplained ? [`… and ${diagnostics.length - maxExplained} more`] : [];
    super(code, [head, ...shown, ...rest].join('\n\n'));
    this.diagnostics = diagnostics;
    this.#problems = problems;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }
}

/**
 *     experiments/mnist.yaml:14:31  model.layers[0].filters must be an integer ≥ 1; got -3
 *        14 │     - {type: conv2d, filters: -3, kernelSize: 5}
 *           │                               ^^
 *           = hint
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const {file, line, col, message, hint, frame} = diagnostic;
  const margin = ' '.repeat(frame.indexOf('│'));
  const hints = hint === undefined ? [] : hint.split('\n').map((text, i) => `${margin}${i === 0 ? '= ' : '  '}${text}`);
  return [`${file}:${line}:${col}  ${message}`, frame, ...hints].join('\n');
}

function toDiagnostic({place, path, message, hint}: Problem): Diagnostic {
  const {line, col} = place.source.positionAt(place.start);
  const frame = frameOf(place.source, line, col, place.end - place.start);
  return {
    file: place.source.name,
    line,
    col,
    path: path.length === 0 ? '' : formatPath(path),
    message,
    ...(hint === undefined ? {} : {hint}),
    frame,
  };
}

/** Columns of text in a frame: what a narrow terminal leaves beside the line number, 100 at most. */
const frameWidth = (columns = process.stderr.columns ?? 110): number => Math.max(20, Math.min(100, columns - 10));

/** The line and a caret under `length` of its columns; a window of it around the caret if it is long. */
function frameOf(source: SourceFile, line: number, col: number, length: number): string {
  const width = frameWidth();
  const whole = source.lineText(line).replaceAll('\t', ' ');
  const from = whole.length <= width || col < width * 0.6 ? 0 : col - Math.floor(width * 0.4);
  const shown = whole.slice(from, from + width);
  const text = `${from > 0 ? '…' : ''}${shown}${from + shown.length < whole.length ? '…' : ''}`;
  const before = text.slice(0, col - 1 - from + (from > 0 ? 1 : 0));
  const marked = text.slice(before.length, before.length + Math.max(1, length)).trimEnd();
  const number = String(line).padStart(5);
  const visible = text.trimEnd();
  // Behind a line's end the caret stands right behind its last character, whatever blanks follow.
  const caretAt = Math.min(widthOf(before), widthOf(visible));
  return `${number} │ ${visible}\n${' '.repeat(number.length)} │ ${' '.repeat(caretAt)}${'^'.repeat(Math.max(1, widthOf(marked)))}`;
}

/** Terminal columns a text takes: wide East Asian characters and emoji two, combining marks none. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    const isWide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
    width += isWide.test(character) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
  }
  return width;
}

function commonCode(problems: readonly Problem[]): ErrorCode {
  const [code = 'SPEC_INVALID', ...others] = new Set(problems.map((problem) => problem.code ?? 'SPEC_INVALID'));
  return others.length === 0 ? code : 'SPEC_INVALID';
}

const kindOrder = {spec: 0, extends: 1, override: 2};

function comparePlaces(a: Problem, b: Problem): number {
  const [x, y] = [a.place.source, b.place.source];
  if (x !== y) return kindOrder[x.kind] - kindOrder[y.kind] || (x.name < y.name ? -1 : x.name > y.name ? 1 : 0);
  return a.place.start - b.place.start;
}

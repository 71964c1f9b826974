import {hang} from './definitions.js';
import {createStyle, type Style} from './style.js';

/** One line of `exp doctor`. */
export interface Finding {
  /** What was looked at, one or two words. */
  readonly subject: string;
  /** ok: works. absent: not there and not needed. warning: works, but worse than it could. problem: the main job cannot run. */
  readonly state: 'ok' | 'absent' | 'warning' | 'problem';
  /** What was found, in a sentence without a full stop. */
  readonly detail: string;
  /** The command or the step that mends it. */
  readonly fix?: string;
}

const marks: Readonly<Record<Finding['state'], string>> = {ok: '✓', absent: '–', warning: '!', problem: '✗'};

/** Findings as an aligned list, wrapped at the terminal's width; a narrow terminal gets each detail below its subject. */
export function renderChecklist(
  findings: readonly Finding[],
  {style = createStyle(false), width = 80}: {readonly style?: Style; readonly width?: number} = {},
): string {
  const subjectWidth = Math.max(...findings.map(({subject}) => subject.length));
  const isNarrow = width < 60;
  const indent = isNarrow ? 4 : subjectWidth + 6;
  const paint: Readonly<Record<Finding['state'], (text: string) => string>> = {
    ok: style.green,
    absent: style.dim,
    warning: style.yellow,
    problem: style.red,
  };
  return findings
    .map(({subject, state, detail, fix}) => {
      const mark = paint[state](marks[state]);
      const head = isNarrow
        ? `  ${mark} ${style.bold(subject)}\n${hang(' '.repeat(indent), indent, detail, width)}`
        : hang(`  ${mark} ${style.bold(subject)}${' '.repeat(indent - subject.length - 4)}`, indent, detail, width);
      return fix === undefined ? head : `${head}\n${hang(`${' '.repeat(indent)}→ `, indent + 2, fix, width)}`;
    })
    .join('\n');
}

import type {YAMLError} from 'yaml';
import type {SourceFile} from './source.js';

export interface SyntaxMessage {
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}

/** A syntax error of the YAML library in words that help someone who does not know YAML's grammar. */
export function explainSyntaxError(error: YAMLError, source: SourceFile): SyntaxMessage {
  const [start, end] = error.pos;
  const line = source.lineText(source.positionAt(start).line);
  const at = {start, end: Math.max(end, start + 1)};

  const reference = referenceInFlow(source, start);
  if (reference !== undefined) {
    const length = line.indexOf('}', line.indexOf('${')) - line.indexOf('${') + 1;
    return {
      message: 'a reference inside {…} or […] needs quotes',
      hint: `write "\${…}", because YAML gives braces a meaning of their own there`,
      start: reference,
      end: reference + Math.max(2, length),
    };
  }
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {message: 'a tab is used as indentation', hint: 'YAML indents with spaces only', ...at};
    case 'TAG_RESOLVE_FAILED': {
      const tag = source.text.slice(start, end);
      return {
        message: `the tag \`${tag}\` is not supported`,
        hint: 'specs hold plain values only; nothing in them is ever run',
        ...at,
      };
    }
    case 'MISSING_CHAR':
      if (error.message.includes('quote')) return unclosedQuote(source, start, error.message);
      if (error.message.startsWith('Flow')) return unclosedBracket(source, error);
      return {message: lowerFirst(error.message), ...at};
    case 'BAD_SCALAR_START':
      return {message: `a value cannot start with \`${source.text[start]}\``, hint: 'put it in quotes', ...at};
    case 'BAD_DQ_ESCAPE':
      return {
        message: `\`${source.text.slice(start, start + 2)}\` is no escape that YAML knows`,
        hint: "backslashes are plain characters in single quotes: 'C:\\data'",
        start,
        end: start + 2,
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'two `key: value` pairs on one line',
        hint: 'start a new line for each, or put a text that holds `: ` in quotes',
        ...at,
      };
    case 'MULTILINE_IMPLICIT_KEY': {
      const text = source.text.slice(start).match(/^[^\n]*/)?.[0] ?? '';
      const glued = /^([\w.]+):(\S.*)$/.exec(text.trim());
      return {
        message: glued ? `a space is missing behind \`${glued[1]}:\`` : 'this line is no `key: value`',
        ...(glued ? {hint: `write \`${glued[1]}: ${glued[2]}\``} : {}),
        start,
        end: start + text.trimEnd().length,
      };
    }
    case 'BAD_INDENT': {
      if (error.message.startsWith('Flow')) return unclosedBracket(source, error);
      const indentation = line.trim() === '' ? 0 : line.length - line.trimStart().length;
      const first = start - source.positionAt(start).col + 1 + indentation;
      return {
        message: 'the indentation matches none of the lines above',
        hint: 'keys of one map start in the same column',
        start: first,
        end: first + 1,
      };
    }
    case 'NON_STRING_KEY':
      return {message: 'a key must be text', ...at};
    default:
      return {message: lowerFirst(error.message), ...at};
  }
}

/** Offset of a `${` before `offset` on its line that YAML took for a flow map inside a flow collection. */
function referenceInFlow(source: SourceFile, offset: number): number | undefined {
  const {line, col} = source.positionAt(offset);
  const text = source.lineText(line);
  const dollar = text.lastIndexOf('${', col);
  if (dollar < 0 || !/[[{]/.test(text.slice(0, dollar)) || /["']$/.test(text.slice(0, dollar))) return undefined;
  return offset - (col - 1) + dollar;
}

/** The library notices a missing quote at the end of the text; people want to see the line where it was opened. */
function unclosedQuote(source: SourceFile, offset: number, message: string): SyntaxMessage {
  const quote = message.includes('"') ? '"' : "'";
  const start = Math.max(0, source.text.lastIndexOf(quote, offset - 1));
  const {line, col} = source.positionAt(start);
  return {
    message: `\`${quote}\` is opened here and never closed`,
    start,
    end: start + source.lineText(line).length - col + 1,
  };
}

/** The same for brackets and braces: looks back for the one that is still open. */
function unclosedBracket(source: SourceFile, {message, pos: [end]}: YAMLError): SyntaxMessage {
  const [open, close] = message.includes('map') ? ['{', '}'] : ['[', ']'];
  let depth = 0;
  let start = Math.min(end, source.text.length) - 1;
  for (; start > 0; start--) {
    if (source.text[start] === close) depth++;
    else if (source.text[start] === open && depth-- === 0) break;
  }
  return {message: `\`${open}\` is opened here and never closed`, hint: `add the \`${close}\``, start, end: start + 1};
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

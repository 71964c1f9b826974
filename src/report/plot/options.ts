import {streamSink, type TextStream} from '../sink.js';
import {wantsUnicode} from '../unicode.js';
import type {PlotOptions} from './line-plot.js';

const [usualWidth, widest] = [80, 200];

/** How a stream is drawn on: a terminal over its whole width up to 200 columns, anything else over 80. */
export function plotOptions(
  stream: TextStream,
  ascii = false,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Pick<PlotOptions, 'width' | 'style' | 'unicode'> {
  const {style, width} = streamSink(stream, env);
  return {
    style,
    width: Number.isFinite(width) ? Math.min(width, widest) : usualWidth,
    unicode: !ascii && wantsUnicode(env),
  };
}

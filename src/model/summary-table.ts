import {formatShape} from '../support/tensor.js';
import type {LayerSummary} from './built-model.js';

/** 3199106 → `3,199,106`, the same in every locale. */
const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/**
 * The layers of a model as a text table with totals: name, type, output shape, parameters. Below 60 columns the type is left out
 * (automatic names start with it); names that are still too long lose their middle. A layer that takes anything but the layer above
 * it says so on a line of its own: `  ← conv2d, add`. Frozen layers are marked behind their parameters.
 * @param width columns of the terminal, at least 40
 */
export function summaryTable(layers: readonly LayerSummary[], width = 80): string {
  const isNarrow = width < 60;
  const hasFrozen = layers.some(({isFrozen}) => isFrozen);
  const header = ['layer', ...(isNarrow ? [] : ['type']), 'output', 'parameters', ...(hasFrozen ? [''] : [])];
  const counts = header.indexOf('parameters');
  const rows = layers.map(({name, type, outputShape, numParameters, isFrozen}) => [
    name,
    ...(isNarrow ? [] : [type]),
    formatShape(outputShape),
    formatCount(numParameters),
    ...(hasFrozen ? [isFrozen ? 'frozen' : ''] : []),
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const gap = 2;
  const excess = widths.reduce((sum, cell) => sum + cell + gap, -gap) - Math.max(width, 40);
  if (excess > 0) widths[0] = Math.max(header[0]!.length, widths[0]! - excess);

  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const size = widths[column]!;
        if (column === counts) return cell.padStart(size);
        return shorten(cell, size).padEnd(size);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, cell) => sum + cell + gap, -gap));
  const body = rows.flatMap((row, index) => [
    line(row),
    ...inputLines(layers[index]!.inputs ?? [], Math.max(width, 40)),
  ]);
  return [line(header), rule, ...body, rule, totals(layers)].join('\n');
}

/** What a layer takes: on one line if it fits, else a line each. */
function inputLines(inputs: readonly string[], width: number): readonly string[] {
  if (inputs.length === 0) return [];
  const whole = `  ← ${inputs.join(', ')}`;
  if (whole.length <= width) return [whole];
  return inputs.map((name, index) => `  ${index === 0 ? '←' : ' '} ${shorten(name, width - 4)}`);
}

/** `3,199,106 parameters`, and how many of them are trained where that differs. */
function totals(layers: readonly LayerSummary[]): string {
  const all = layers.reduce((sum, layer) => sum + layer.numParameters, 0);
  const trainable = layers.reduce((sum, layer) => sum + layer.numTrainableParameters, 0);
  const text = `${formatCount(all)} parameters`;
  return all === trainable ? text : `${text}, ${formatCount(trainable)} trainable`;
}

/** The start and the last four characters, which tell `batchNormalization_1` from `batchNormalization_2`. */
const shorten = (text: string, size: number): string =>
  text.length > size ? `${text.slice(0, Math.max(size - 5, 0))}…${text.slice(-Math.min(4, size - 1))}` : text;

import {ExpError} from '../../support/errors.js';
import type {Origin} from './graph.js';

/** For people: `layer conv2d_1 (conv2d)`, `the gradient of the loss`. */
export const titleOf = ({title, isGradient}: Origin): string => (isGradient ? `the gradient of ${title}` : title);

/** For nodes of a graph: `conv2d_1`, `gradient of conv2d_1`. */
export const labelOf = ({name, isGradient}: Origin): string => (isGradient ? `gradient of ${name}` : name);

/** An error about something that cannot be compiled, with the part of the step it is about; any other error as it is. */
export function locate(error: unknown, origin: Origin | undefined): unknown {
  if (!origin || !(error instanceof ExpError) || error.code !== 'KERNEL_UNSUPPORTED') return error;
  return new ExpError(error.code, `in ${titleOf(origin)}: ${error.message}`, error.hint, {cause: error});
}

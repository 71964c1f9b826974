import {ExpError} from '../support/errors.js';

/** A data section that passes its schema and still makes no sense; `path` is the dotted place in the spec, `data.transforms[1].std`. */
export class DataSpecError extends ExpError {
  constructor(
    readonly path: string,
    message: string,
    hint?: string,
  ) {
    super('SPEC_INVALID', `${path} ${message}`, hint);
  }
}

import {ExpError} from '../support/errors.js';

/**
 * What a layer says about an input it cannot take, before anybody knows which layer of which model it is.
 * `message` is a verb phrase that follows the layer's name: "wants images [height, width, channels]; it gets [784]".
 */
export class ShapeProblem extends Error {
  override readonly name = 'ShapeProblem';
  readonly field: string | undefined;
  readonly hint: string | undefined;

  /** @param details field: the argument at fault, if one is. hint: how to mend it. */
  constructor(message: string, details: {readonly field?: string; readonly hint?: string} = {}) {
    super(message);
    this.field = details.field;
    this.hint = details.hint;
  }
}

/** A mistake somewhere in the `model` section that its schema cannot see; `exp validate` adds the line of the file. */
export class ModelProblem extends ExpError {
  /** @param path steps from the `model` section to the value at fault */
  constructor(
    readonly path: readonly (string | number)[],
    message: string,
    hint?: string,
  ) {
    super('SPEC_INVALID', message, hint);
  }
}

/** A mistake of one layer. */
export class LayerProblem extends ModelProblem {
  /**
   * @param layerIndex counted from 0 in `model.layers`
   * @param layerName given or automatic
   * @param field the argument at fault, if one is: `units`, `inputs.1`
   */
  constructor(
    readonly layerIndex: number,
    readonly layerName: string,
    readonly field: string | undefined,
    message: string,
    hint?: string,
  ) {
    const steps = field === undefined ? [] : field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    super(['layers', layerIndex, ...steps], message, hint);
  }
}

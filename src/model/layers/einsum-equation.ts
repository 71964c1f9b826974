import {formatShape, type Shape, sizeOf} from '../../support/tensor.js';
import {ShapeProblem} from '../shape-problem.js';

/** An equation `abc,cd->abd` of inputs, kernel and outputs, each a word of axes, with the size of every axis but the batch. */
export interface EinsumEquation {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  /** Letters of kernel and outputs and input alike: one product each. */
  readonly shared: string;
  /** Letters of the input that the outputs keep; the batch is the first. */
  readonly kept: string;
  /** Letters that are summed over. */
  readonly summed: string;
  /** Letters that only the kernel brings. */
  readonly made: string;
  readonly sizes: ReadonlyMap<string, number>;
}

const problem = (message: string, hint: string, field = 'equation'): ShapeProblem =>
  new ShapeProblem(message, {field, hint});

/** @throws ShapeProblem when equation, input and output do not fit together */
export function parseEinsum(equation: string, inputShape: Shape, outputShape: Shape): EinsumEquation {
  const [input, kernel, output] = equation.split(/,|->/) as [string, string, string];
  for (const word of [input, kernel, output]) {
    if (new Set(word).size < word.length) {
      throw problem(`names an axis twice in ${word} of ${equation}`, 'give each axis a letter of its own');
    }
  }
  const batch = input[0]!;
  if (output[0] !== batch || kernel.includes(batch)) {
    throw problem(
      `has the equation ${equation}, in which the batch does not go from the inputs to the outputs`,
      'let inputs and outputs, but not the kernel, begin with the same letter: abc,cd->abd',
    );
  }
  const sizes = new Map<string, number>();
  const measure = (word: string, shape: Shape, what: string, field: string): void => {
    if (word.length !== shape.length + 1) {
      const wanted = `${word.length - 1} axes beside the batch`;
      throw problem(`has ${word} in ${equation} for ${what} ${formatShape(shape)}`, `make it ${wanted}`, field);
    }
    for (const [index, size] of shape.entries()) {
      const letter = word[index + 1]!;
      const known = sizes.get(letter) ?? size;
      if (known !== size) {
        throw problem(
          `has ${size} values along ${letter} in ${what} ${formatShape(shape)}, and ${known} before`,
          'axes of one letter must have one size',
          field,
        );
      }
      sizes.set(letter, size);
    }
  };
  measure(input, inputShape, 'the input', 'equation');
  measure(output, outputShape, 'the outputShape', 'outputShape');
  const lost = [...input].find((letter) => !kernel.includes(letter) && !output.includes(letter));
  const unknown = [...kernel].find((letter) => !input.includes(letter) && !output.includes(letter));
  const invented = [...output].find((letter) => !input.includes(letter) && !kernel.includes(letter));
  const odd = lost ?? unknown ?? invented;
  if (odd)
    throw problem(`has the axis ${odd} in one word of ${equation} only`, 'every axis stands in two of the three words');
  const only = (word: string, test: (letter: string) => boolean): string => [...word].filter(test).join('');
  return {
    input,
    kernel,
    output,
    shared: only(kernel, (letter) => input.includes(letter) && output.includes(letter)),
    kept: only(input, (letter) => !kernel.includes(letter)),
    summed: only(kernel, (letter) => input.includes(letter) && !output.includes(letter)),
    made: only(kernel, (letter) => !input.includes(letter)),
    sizes,
  };
}

/** Sizes of the axes of a word without the batch. */
export const shapeOf = ({sizes}: EinsumEquation, word: string): Shape => [...word].map((letter) => sizes.get(letter)!);

/** Number of values along the axes of a word without the batch. */
export const countOf = (equation: EinsumEquation, word: string): number => sizeOf(shapeOf(equation, word));

/** Keras's: from the first axis with a bias on, 1 where there is none. @throws ShapeProblem when an axis is none of the outputs' */
export function biasShape(equation: EinsumEquation, biasAxes: string): Shape {
  const stranger = [...biasAxes].find((letter) => !equation.output.slice(1).includes(letter));
  if (stranger) {
    throw problem(
      `has the bias axis ${stranger}, which is none of ${equation.output.slice(1)}`,
      'name axes of the outputs',
      'biasAxes',
    );
  }
  const first = Math.min(...[...biasAxes].map((letter) => equation.output.indexOf(letter)));
  return [...equation.output.slice(first)].map((letter) =>
    biasAxes.includes(letter) ? equation.sizes.get(letter)! : 1,
  );
}

import type {Examples, StoredValues} from '../sources/definition.js';
import {ArrayFile} from './array-file.js';
import {kindOf} from './elements.js';
import {Spool} from './spool.js';

/** Moves the inputs of examples from memory into files that last as long as the process. @param what they are, for messages */
export function spooled(what: string, examples: Examples): Examples {
  const {numExamples, inputs} = examples;
  const spool = new Spool(what);
  for (const [name, values] of Object.entries(inputs)) {
    if (values instanceof ArrayFile) continue;
    const rowSize = values.length / numExamples;
    spool.create(name, {kind: kindOf(values), rowSize, numRows: numExamples}).write(0, values);
  }
  const files = spool.finish();
  const moved: Record<string, StoredValues> = {};
  for (const [name, values] of Object.entries(inputs)) moved[name] = files.get(name) ?? values;
  return {...examples, inputs: moved};
}

import {type Static, Type} from '@sinclair/typebox';
import {dataFile, type FileRef, locateFile} from '../files/locate.js';
import {checkNpySize, maxNpyHeaderBytes, parseNpy, parseNpyHeader, storedKind} from '../files/npy-format.js';
import {displayPath} from '../files/paths.js';
import {readData, readStart} from '../files/read.js';
import {type ArrayFiles, arrayArgs, describeArrays, loadArrays} from './array-source.js';
import type {SourceContext} from './definition.js';
import {definePlainSource} from './plain-source.js';

const args = Type.Object({
  inputs: dataFile(
    'Training inputs [n, ...]. Bytes [n, height, width] are read as images [height, width, 1], other numbers as they are, such as [time, features].',
  ),
  targets: dataFile(
    'Training targets: whole numbers [n] or [n, 1] are classes, others are values unless task says otherwise.',
  ),
  testInputs: Type.Optional(dataFile('Test inputs, shaped like inputs.')),
  testTargets: Type.Optional(dataFile('Test targets, shaped like targets.')),
  ...arrayArgs,
});

/** One array a file. */
export const npy = definePlainSource({
  type: 'npy',
  summary: 'NumPy files: one .npy array for the inputs, one for the targets; gzip or not.',
  args,
  facts: {
    inputs: 'as in the files, any number of axes; bool, u1 to u4, i1 to i8, f4, f8; row-major or Fortran order',
    targets: 'classes or real numbers',
  },
  example:
    'data:\n  source:\n    type: npy\n    inputs: data/x_train.npy\n    targets: data/y_train.npy\n    testInputs: data/x_test.npy\n    testTargets: data/y_test.npy',
  describe: (spec, context) => describeArrays(spec, filesOf(spec, context)),
  load: (spec, context) => loadArrays(spec, filesOf(spec, context), context),
});

function filesOf(spec: Static<typeof args>, context: SourceContext): ArrayFiles<FileRef> {
  return {
    inputs: spec.inputs,
    targets: spec.targets,
    testInputs: spec.testInputs,
    testTargets: spec.testTargets,
    keys: {inputs: 'inputs', targets: 'targets', testInputs: 'testInputs', testTargets: 'testTargets'},
    async readHeader(ref) {
      const file = await locateFile(ref, context);
      const shown = displayPath(file);
      const {bytes, totalBytes} = await readStart(file, maxNpyHeaderBytes);
      const header = parseNpyHeader(bytes, shown);
      if (totalBytes === undefined) return {...header, shown};
      checkNpySize(header, totalBytes, shown);
      const kind = storedKind(header);
      const stored = kind && {file, byteOffset: header.headerBytes, kind};
      return {...header, shown, stored};
    },
    async read(ref) {
      const file = await locateFile(ref, context);
      const shown = displayPath(file);
      return {...parseNpy(await readData(file), shown), shown};
    },
  };
}

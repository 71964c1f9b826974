import {type Static, Type} from '@sinclair/typebox';
import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';
import {dataFile, locateFile} from '../files/locate.js';
import {checkNpySize, maxNpyHeaderBytes, parseNpy, parseNpyHeader} from '../files/npy-format.js';
import {displayPath} from '../files/paths.js';
import {ZipFile} from '../files/zip.js';
import {type ArrayFiles, arrayArgs, describeArrays, loadArrays} from './array-source.js';
import type {SourceContext} from './definition.js';
import {definePlainSource} from './plain-source.js';

const member = (description: string) => Type.String({minLength: 1, description});

const args = Type.Object({
  path: dataFile('The archive that np.savez or np.savez_compressed wrote.'),
  inputs: member(
    'Name of the array of training inputs [n, ...], such as x_train. Bytes [n, height, width] are read as images [height, width, 1], other numbers as they are, such as [time, features].',
  ),
  targets: member(
    'Name of the array of training targets: whole numbers [n] or [n, 1] are classes, others are values unless task says otherwise.',
  ),
  testInputs: Type.Optional(member('Name of the array of test inputs.')),
  testTargets: Type.Optional(member('Name of the array of test targets.')),
  ...arrayArgs,
});

/** Several arrays in an archive. */
export const npz = definePlainSource({
  type: 'npz',
  summary: 'A NumPy archive (.npz): an array for the inputs, one for the targets, each by its name.',
  args,
  facts: {
    inputs: 'as in the archive, any number of axes; bool, u1 to u4, i1 to i8, f4, f8; row-major or Fortran order',
    targets: 'classes or real numbers',
  },
  example:
    'data:\n  source:\n    type: npz\n    path: data/mnist.npz\n    inputs: x_train\n    targets: y_train\n    testInputs: x_test\n    testTargets: y_test\n  transforms: [{type: toFloat}]',
  describe: async (spec, context) => describeArrays(spec, await filesOf(spec, context)),
  load: async (spec, context) => loadArrays(spec, await filesOf(spec, context), context),
});

async function filesOf(spec: Static<typeof args>, context: SourceContext): Promise<ArrayFiles<string>> {
  const file = await locateFile(spec.path, context);
  const shown = (name: string): string => `${displayPath(file)} (${name})`;
  return {
    inputs: spec.inputs,
    targets: spec.targets,
    testInputs: spec.testInputs,
    testTargets: spec.testTargets,
    keys: {inputs: 'inputs', targets: 'targets', testInputs: 'testInputs', testTargets: 'testTargets'},
    readHeader: (name) =>
      ZipFile.with(file, async (zip) => {
        const found = memberOf(zip, name, file);
        const header = parseNpyHeader(await zip.readStart(found, maxNpyHeaderBytes), shown(name));
        checkNpySize(header, zip.sizeOf(found), shown(name));
        return {...header, shown: shown(name)};
      }),
    read: (name) =>
      ZipFile.with(file, async (zip) => ({
        ...parseNpy(await zip.read(memberOf(zip, name, file)), shown(name)),
        shown: shown(name),
      })),
  };
}

/** NumPy adds .npy to the names that people give. */
function memberOf(zip: ZipFile, name: string, file: string): string {
  if (zip.names.includes(`${name}.npy`)) return `${name}.npy`;
  const names = zip.names.map((entry) => entry.replace(/\.npy$/, ''));
  const near = nearest(name, names);
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} has no array "${name}"; its arrays are ${names.join(', ')}`,
    near === undefined ? undefined : `did you mean ${near}?`,
  );
}

import {type Static, Type} from '@sinclair/typebox';
import {readIdx, readIdxHeader} from '../files/idx-format.js';
import {dataFile, type FileRef, locateFile} from '../files/locate.js';
import {displayPath} from '../files/paths.js';
import {type ArrayFiles, arrayArgs, describeArrays, loadArrays} from './array-source.js';
import type {SourceContext} from './definition.js';
import {definePlainSource} from './plain-source.js';

const args = Type.Object({
  images: dataFile(
    'Training inputs [n, ...]. Bytes [n, height, width] are read as images [height, width, 1], other numbers as they are, such as [time, features].',
  ),
  labels: dataFile(
    'Training targets: whole numbers [n] are classes, floats [n] or [n, ...] are values unless task says otherwise.',
  ),
  testImages: Type.Optional(dataFile('Test inputs, shaped like images.')),
  testLabels: Type.Optional(dataFile('Test targets, shaped like labels.')),
  ...arrayArgs,
});

/** Files in the format of MNIST. */
export const idx = definePlainSource({
  type: 'idx',
  summary:
    'IDX files, the format of MNIST, Fashion-MNIST, EMNIST: one for the inputs, one for the targets; gzip or not.',
  args,
  facts: {
    inputs: 'as in the files, any number of axes; bytes, 16- and 32-bit integers, 32- and 64-bit floats',
    targets: 'classes or real numbers',
  },
  example:
    'data:\n  source:\n    type: idx\n    images: data/fashion/train-images-idx3-ubyte.gz\n    labels: data/fashion/train-labels-idx1-ubyte.gz\n    testImages: data/fashion/t10k-images-idx3-ubyte.gz\n    testLabels: data/fashion/t10k-labels-idx1-ubyte.gz',
  describe: (spec, context) => describeArrays(spec, filesOf(spec, context)),
  load: (spec, context) => loadArrays(spec, filesOf(spec, context), context),
});

function filesOf(
  {images, labels, testImages, testLabels}: Static<typeof args>,
  context: SourceContext,
): ArrayFiles<FileRef> {
  const located = async <A>(ref: FileRef, read: (file: string) => Promise<A>) => {
    const file = await locateFile(ref, context);
    return {...(await read(file)), shown: displayPath(file)};
  };
  return {
    inputs: images,
    targets: labels,
    testInputs: testImages,
    testTargets: testLabels,
    keys: {inputs: 'images', targets: 'labels', testInputs: 'testImages', testTargets: 'testLabels'},
    readHeader: (ref) => located(ref, readIdxHeader),
    read: (ref) => located(ref, readIdx),
  };
}

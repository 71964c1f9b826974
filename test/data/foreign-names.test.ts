import t from 'tap';
import {augmentations} from '../../src/data/augment/index.js';
import {augmentHints, sourceHints, transformHints} from '../../src/data/hints.js';
import {sources} from '../../src/data/sources/index.js';
import {transforms} from '../../src/data/transforms/index.js';
import {comparable, nearest} from '../../src/spec/suggest.js';

const catalogues = [
  {hints: sourceHints, words: Object.keys(sources)},
  {hints: transformHints, words: Object.keys(transforms)},
  {hints: augmentHints, words: Object.keys(augmentations)},
];

t.test('hints name words that exist, and stand for none of them', async (t) => {
  for (const {hints, words} of catalogues) {
    for (const [word, hint] of Object.entries(hints)) {
      t.equal(comparable(word), word, `${word} is comparable`);
      t.notOk(words.map(comparable).includes(word), `${word} is no word itself`);
      const named = hint.match(/^write \{type: (\w+)/)?.[1];
      if (named !== undefined && !hint.includes('tells more') && !hint.includes('model.layers'))
        t.ok(words.includes(named), `${word}: ${named} exists`);
    }
  }
});

t.test(
  'augmentations and transforms of Keras and torchvision, and sources that people ask for, lead somewhere',
  async (t) => {
    const meant = (typed: string, index: number): string | undefined => {
      const {hints, words} = catalogues[index]!;
      return hints[comparable(typed)] ?? nearest(typed, words);
    };
    const names = [
      [
        'image_dataset_from_directory',
        'TFRecord',
        'hdf5',
        'pandas',
        'numpy',
        'TensorDataset',
        'ImageFolder',
        'kmnist',
        'make_moons',
      ],
      [
        'ToTensor',
        'Rescaling',
        'Normalize',
        'Normalization',
        'StandardScaler',
        'Resize',
        'Grayscale',
        'TextVectorization',
      ],
      [
        'RandomHorizontalFlip',
        'RandomFlip',
        'RandomCrop',
        'RandomResizedCrop',
        'RandomRotation',
        'ColorJitter',
        'RandomErasing',
        'RandAugment',
        'MixUp',
        'CutMix',
      ],
    ];
    names.forEach((typed, index) => {
      for (const name of typed) t.type(meant(name, index), 'string', name);
    });
  },
);

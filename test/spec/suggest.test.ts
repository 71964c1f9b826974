import t from 'tap';
import {editDistance, nearest} from '../../src/spec/suggest.js';

t.test('edit distance', async (t) => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['adma', 'adam', 1], // neighbours swapped
    ['ca', 'abc', 3], // optimal string alignment; unrestricted Damerau-Levenshtein would be 2
  ];
  for (const [a, b, distance] of cases) {
    t.equal(editDistance(a, b), distance, `${a} → ${b}`);
    t.equal(editDistance(b, a), distance, `${b} → ${a}`);
  }
});

t.test('the word that was meant', async (t) => {
  const words = ['batchSize', 'epochs', 'learningRate', 'softmaxCrossEntropy', 'conv2d', 'maxPooling2d', 'dense'];
  const cases = {
    batch_size: 'batchSize',
    BatchSize: 'batchSize',
    'batch-size': 'batchSize',
    lr: 'learningRate',
    learning_rat: 'learningRate',
    epoch: 'epochs',
    epcohs: 'epochs',
    Conv2D: 'conv2d',
    MaxPool2d: 'maxPooling2d',
    Linear: 'dense',
    CrossEntropyLoss: 'softmaxCrossEntropy',
    categorical_crossentropy: 'softmaxCrossEntropy',
  };
  for (const [typed, meant] of Object.entries(cases)) t.equal(nearest(typed, words), meant, typed);
  for (const typed of ['transformer', 'x', 'constructor', '__proto__', ''])
    t.equal(nearest(typed, words), undefined, typed);
});

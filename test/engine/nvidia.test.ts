import t from 'tap';
import {describeCard, nvidiaCards, onlyCard, parseCards} from '../../src/engine/nvidia.js';

t.test('cards as nvidia-smi lists them', async (t) => {
  const cards = parseCards('0, NVIDIA GeForce RTX 4090, 24564, 550.90.07\n1, NVIDIA H200, 143771, 550.90.07\n');
  t.strictSame(cards[1], {index: 1, name: 'NVIDIA H200', memoryBytes: 143771 * 1048576, driver: '550.90.07'});
  t.equal(describeCard(cards[0]!), 'NVIDIA GeForce RTX 4090, 26 GB');
  t.equal(describeCard(parseCards('0, NVIDIA GB10, [N/A], 580.1\n')[0]!), 'NVIDIA GB10', 'memory shared with the CPU');
  t.strictSame(parseCards('NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.\n'), []);
});

t.test('no nvidia-smi, no cards', async (t) => {
  t.strictSame(nvidiaCards('/nowhere/nvidia-smi'), []);
});

t.test('a card by its number among those that are visible', async (t) => {
  t.equal(onlyCard(1, undefined), '1');
  t.equal(onlyCard(0, ''), undefined, 'CUDA sees no card then');
  t.equal(onlyCard(1, '4,6'), '6');
  t.equal(onlyCard(0, 'GPU-5ebe9f43'), 'GPU-5ebe9f43');
  t.equal(onlyCard(2, '4,6'), undefined);
});

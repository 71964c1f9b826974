import t from 'tap';
import {determinismOf} from '../../src/runs/determinism.js';

t.test('what is promised of a run', async (t) => {
  const levelOf = (engine: string, device: string) => determinismOf({engine, device}).level;
  t.equal(levelOf('compiled', 'cpu (2 threads)'), 'bitwise');
  t.equal(levelOf('eager', 'cpu (JavaScript)'), 'bitwise');
  t.equal(levelOf('eager', 'cpu (TensorFlow 2.9.1)'), 'tolerance');
  t.equal(levelOf('eager', 'cuda:0 (NVIDIA H200)'), 'tolerance');
  t.ok(determinismOf({engine: 'compiled', device: 'cpu (2 threads)'}).given.includes('the number of threads'));
  t.notOk(determinismOf({engine: 'eager', device: 'cpu (JavaScript)'}).given.includes('the number of threads'));
});

import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import t from 'tap';
import {GraphBuilder} from '../../../../src/engine/compiled/onnx/builder.js';
import {encodeModel} from '../../../../src/engine/compiled/onnx/proto.js';
import {blockSize} from '../../../../src/engine/compiled/runtime/block-size.js';
import {BoundGraph} from '../../../../src/engine/compiled/runtime/bound-graph.js';

const options = {numThreads: 1, isRewritten: true, spins: false};

/** y = op(x), of three numbers. */
function model(op: string): Uint8Array {
  const empty = new GraphBuilder([]).finish('test', new Map());
  const shape = [3];
  return encodeModel(
    {
      ...empty,
      nodes: [{label: 'test', op, inputs: ['x'], outputs: ['y'], attributes: {}}],
      inputs: [{name: 'x', type: 'float32', shape}],
      outputs: [{name: 'y', type: 'float32', shape}],
    },
    21,
  );
}

const array = (...values: number[]) => ({values: Float32Array.from(values), shape: [3]});

t.test('a graph reads its inputs where they are and writes its outputs in place, every time', async (t) => {
  const [x, y] = [array(1, -2, 3), array(0, 0, 0)];
  const graph = new BoundGraph(model('Neg'), {x}, {y}, options);
  graph.run();
  t.strictSame([...y.values], [-1, 2, -3]);
  x.values.set([4, 5, 6]);
  graph.run();
  t.strictSame([...y.values], [-4, -5, -6]);
  graph.dispose();
});

t.test('what is missing or unknown is an error in ONNX Runtime’s words', async (t) => {
  t.throws(() => new BoundGraph(model('Neg'), {}, {y: array(0, 0, 0)}, options), {
    message: /reads x, which nobody binds/,
  });
  t.throws(() => new BoundGraph(model('NoSuchOperator'), {x: array(1, 2, 3)}, {}, options), {
    message: /NoSuchOperator/,
  });
  t.throws(() => new BoundGraph(new Uint8Array([1, 2, 3]), {}, {}, options), {message: /protobuf/i});
  const wrong = {values: new Float32Array(4), shape: [4]};
  const graph = new BoundGraph(model('Neg'), {x: array(1, 2, 3)}, {y: wrong}, options);
  t.throws(() => graph.run(), {message: /invalid dimensions for output: y/});
  graph.dispose();
});

t.test('blocks are of 0, 8 or 16 channels', async (t) => {
  t.ok([0, 8, 16].includes(blockSize()), `${blockSize()}`);
});

t.test(
  'the library stays when memory is collected, and its threads do not hold up the end of the process',
  async (t) => {
    const here = (file: string): string =>
      JSON.stringify(fileURLToPath(new URL(`../../../../src/engine/compiled/${file}`, import.meta.url)));
    const script = `
    import {loadOnnxRuntime} from ${here('runtime/onnxruntime.ts')};
    import {BoundGraph} from ${here('runtime/bound-graph.ts')};
    loadOnnxRuntime();
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      globalThis.gc();
    }
    const y = new Float32Array(3);
    const model = Uint8Array.from(${JSON.stringify([...model('Neg')])});
    const x = {values: Float32Array.of(1, 2, 3), shape: [3]};
    new BoundGraph(model, {x}, {y: {values: y, shape: [3]}}, {numThreads: 2, isRewritten: true, spins: true}).run();
    console.log(y.join());`;
    const args = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', script];
    t.equal(execFileSync(process.execPath, args, {encoding: 'utf8'}).trim(), '-1,-2,-3');
  },
);

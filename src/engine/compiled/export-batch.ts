import type {OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo} from './onnx/proto.js';

/** How the axis of examples is called in the file. */
export const batchAxis = 'batch';

/** Primes, and larger than anything a model has, so that a number which follows from them is known by its value. */
const recordedSizes = [10_007, 10_009, 10_037] as const;

/** Stands for the end of an axis, however long. */
const farBehind = 2 ** 31 - 1;

/** What cannot be said for any number of examples. */
class Fixed extends Error {}

/**
 * Makes one graph for any number of examples out of graphs for single sizes: what differs among them are lists of integers (shapes, ends
 * of slices), and those have to be slope · size + start. Where a reshape has one such number it is left open (-1), elsewhere the list is
 * computed from the shape of the first input.
 * @param graphOf the graph for batches of one size
 * @returns undefined and why where a model's graph has another form for other sizes
 */
export function withBatchAxis(graphOf: (batchSize: number) => OnnxGraph): OnnxGraph | {readonly reason: string} {
  const graphs = recordedSizes.map(graphOf) as [OnnxGraph, OnnxGraph, OnnxGraph];
  try {
    return generalised(graphs);
  } catch (error) {
    if (error instanceof Fixed) return {reason: error.message};
    throw error;
  }
}

type Three<Value> = readonly [Value, Value, Value];

/** Numbers that grow with the number of examples. */
interface Line {
  readonly slope: number;
  readonly start: number;
}

function lineThrough(values: Three<number>): Line | undefined {
  const [first, second, third] = recordedSizes;
  const slope = (values[1] - values[0]) / (second - first);
  const start = values[0] - slope * first;
  return Number.isSafeInteger(slope) && slope * third + start === values[2] ? {slope, start} : undefined;
}

function generalised(graphs: Three<OnnxGraph>): OnnxGraph {
  const [graph] = graphs;
  const nodes = sameLength(graphs.map(({nodes}) => nodes) as unknown as Three<readonly OnnxNode[]>, 'nodes');
  for (const [index, node] of nodes.entries()) {
    if (graphs.some(({nodes}) => JSON.stringify(nodes[index]) !== JSON.stringify(node))) {
      throw new Fixed(`${node.label}/${node.op} has another form for another number of examples`);
    }
  }
  const shapes = shapesOf(graphs);
  const lists = growingLists(graphs);
  const sizes = new SizeNodes(graph.inputs[graph.inputs.findIndex(({name}) => name.startsWith('input:'))]!.name);
  const rewired = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input, place) => {
      const lines = lists.get(input);
      if (!lines) return input;
      return sizes.constant(node, place, lines, shapes) ?? sizes.computed(lines);
    }),
  }));
  return {
    name: graph.name,
    nodes: [...sizes.nodes, ...rewired],
    initializers: [...graph.initializers.filter(({name}) => !lists.has(name)), ...sizes.initializers],
    inputs: graph.inputs.map((info) => ({...info, shape: shapes.get(info.name)})),
    outputs: graph.outputs.map((info) => ({...info, shape: shapes.get(info.name)})),
    values: graph.values.map((info) => ({...info, shape: shapes.get(info.name)})),
  };
}

function sameLength<Item>(lists: Three<readonly Item[]>, what: string): readonly Item[] {
  if (lists.every((list) => list.length === lists[0].length)) return lists[0];
  throw new Fixed(`the model has other ${what} for another number of examples`);
}

/** Shapes by name with the axis of examples in the place of its size. */
function shapesOf(graphs: Three<OnnxGraph>): ReadonlyMap<string, NonNullable<OnnxValueInfo['shape']>> {
  const infosOf = ({inputs, outputs, values}: OnnxGraph): readonly OnnxValueInfo[] => [
    ...inputs,
    ...outputs,
    ...values,
  ];
  const byName = graphs.map((graph) => new Map(infosOf(graph).map(({name, shape}) => [name, shape])));
  return new Map(
    infosOf(graphs[0]).flatMap(({name, shape}) => {
      const others = byName.map((shapes) => shapes.get(name));
      if (!shape || others.some((other) => other?.length !== shape.length)) return [];
      const axes = shape.map((size, axis) => {
        const sizes = others.map((other) => Number(other![axis])) as unknown as Three<number>;
        if (sizes.every((other) => other === size)) return size;
        const line = lineThrough(sizes);
        return line?.slope === 1 && line.start === 0 ? batchAxis : null;
      });
      return [[name, axes] as const];
    }),
  );
}

/** The lists of integers that are not the same in all graphs, by name, a line for each of their numbers. */
function growingLists(graphs: Three<OnnxGraph>): ReadonlyMap<string, readonly Line[]> {
  const lists = graphs.map(({initializers}) => initializers) as unknown as Three<readonly OnnxTensor[]>;
  const growing = new Map<string, readonly Line[]>();
  for (const [index, tensor] of sameLength(lists, 'constants').entries()) {
    const [first, ...others] = lists.map((list) => list[index]!);
    if (others.every((other) => Buffer.compare(other.bytes, first!.bytes) === 0)) continue;
    const isList = others.every(({name, shape}) => name === tensor.name && String(shape) === String(tensor.shape));
    if (!isList || tensor.type !== 'int64' || tensor.shape.length !== 1) {
      throw new Fixed('a constant of the model has other values for another number of examples');
    }
    const numbers = lists.map((list) => integersOf(list[index]!)) as unknown as Three<readonly number[]>;
    const lines = numbers[0].map((_, place) => {
      const line = lineThrough(numbers.map((list) => list[place]!) as unknown as Three<number>);
      if (!line) throw new Fixed('a shape inside the model does not grow in line with the number of examples');
      return line;
    });
    growing.set(tensor.name, lines);
  }
  return growing;
}

const integersOf = ({bytes}: OnnxTensor): readonly number[] =>
  Array.from(new BigInt64Array(Uint8Array.from(bytes).buffer), Number);

const int64 = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  type: 'int64',
  shape: [values.length],
  bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

/** Makes the lists of integers that follow from the number of examples. */
class SizeNodes {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #known = new Map<string, string>();

  /** @param input whose first axis is that of the examples */
  constructor(private readonly input: string) {}

  /** A list that says the same without being computed, where the reader has a word for it. */
  constant(
    {op, inputs}: OnnxNode,
    place: number,
    lines: readonly Line[],
    shapes: ReadonlyMap<string, NonNullable<OnnxValueInfo['shape']>>,
  ): string | undefined {
    const isOpen = lines.map(({slope}) => slope !== 0);
    if (op === 'Reshape' && place === 1) {
      const open = lines.filter((_, axis) => isOpen[axis]);
      const isWhole = lines.every(({slope, start}) => slope !== 0 || start > 0);
      if (open.length !== 1 || open[0]!.start !== 0 || !isWhole) return undefined;
      return this.#list(lines.map(({slope, start}) => (slope === 0 ? start : -1)));
    }
    if (op === 'Slice' && place === 2 && inputs.length === 3) {
      const shape = shapes.get(inputs[0]!);
      const isWhole = lines.every(
        ({slope, start}, axis) => !isOpen[axis] || (slope === 1 && start === 0 && shape?.[axis] === batchAxis),
      );
      return isWhole ? this.#list(lines.map(({slope, start}) => (slope === 0 ? start : farBehind))) : undefined;
    }
    return undefined;
  }

  computed(lines: readonly Line[]): string {
    const slopes = lines.map(({slope}) => slope);
    const starts = lines.map(({start}) => start);
    const key = `${slopes};${starts}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const size = this.#node('Shape', [this.input], {start: 0, end: 1});
    const isPlain = slopes.every((slope) => slope === 1);
    const grown = isPlain && slopes.length === 1 ? size : this.#node('Mul', [size, this.#list(slopes)]);
    const name = starts.every((start) => start === 0) ? grown : this.#node('Add', [grown, this.#list(starts)]);
    this.#known.set(key, name);
    return name;
  }

  #node(op: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    const key = JSON.stringify([op, inputs]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `size${this.nodes.length}`;
    this.nodes.push({label: batchAxis, op, inputs, outputs: [name], attributes});
    this.#known.set(key, name);
    return name;
  }

  #list(values: readonly number[]): string {
    const key = `list ${values}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `sizes${this.initializers.length}`;
    this.initializers.push(int64(name, values));
    this.#known.set(key, name);
    return name;
  }
}

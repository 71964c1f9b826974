import type {NamedWeight} from '../../../model/built-model.js';
import type {Shape, TensorData} from '../../../support/tensor.js';
import type {TrainingState} from '../../../training/session.js';
import type {Device, DeviceTensor} from '../runtime/device.js';
import {checkState} from '../state.js';
import type {PlacedWeight, Segment} from './layout.js';
import {nextSlot, nextSum, nextWeights, slotInput, sumInput, weightsInput} from './update-nodes.js';

/** A vector that a graph reads in one place and writes in another, because a device may not do both in one. Made when first asked for. */
class TwoPlaces {
  readonly #places: (DeviceTensor | undefined)[] = [undefined, undefined];
  /** Which of the two is current. */
  place: 0 | 1 = 0;

  constructor(
    private readonly device: Device,
    readonly size: number,
    /** What a graph calls it that reads it, and one that writes it. */
    readonly read: string,
    readonly written: string,
  ) {}

  /** What is in it is not defined at first. */
  get current(): DeviceTensor {
    return this.#at(this.place);
  }

  get next(): DeviceTensor {
    return this.#at(1 - this.place);
  }

  free(): void {
    for (const tensor of this.#places.splice(0)) if (tensor) this.device.free(tensor);
  }

  #at(place: number): DeviceTensor {
    const tensor = this.#places[place] ?? this.device.create([this.size]);
    this.#places[place] = tensor;
    return tensor;
  }
}

/** A segment's vectors on the device. */
interface HeldSegment {
  readonly segment: Segment;
  readonly weights: TwoPlaces;
  readonly slots: readonly TwoPlaces[];
}

/** A model's weights and optimizer slots on a device, in segments, and sums of their gradients where updates come in parts. */
export class DeviceState {
  readonly #held: readonly HeldSegment[];
  readonly #vectors: readonly TwoPlaces[];

  /** Starts from the weights' current values, and slots of zeros. */
  constructor(
    private readonly device: Device,
    segments: readonly Segment[],
    private readonly weights: readonly NamedWeight[],
  ) {
    const vector = (size: number, read: string, written: string) => new TwoPlaces(device, size, read, written);
    this.#held = segments.map((segment) => ({
      segment,
      weights: vector(segment.size, weightsInput(segment), nextWeights(segment)),
      slots: segment.slots.map(({name, size}) => vector(size, slotInput(segment, name), nextSlot(segment, name))),
    }));
    this.#vectors = [
      ...this.#held.flatMap(({weights, slots}) => [weights, ...slots]),
      ...segments.map((segment) => vector(segment.size, sumInput(segment), nextSum(segment))),
    ];
    const start = new Map(weights.map(({name, variable}) => [name, variable.read().dataSync() as Float32Array]));
    for (const held of this.#held) {
      this.#upload(held.weights, held.segment.weights, held.segment.size, (name) => start.get(name)!);
      for (const slot of held.slots) device.upload(new Float32Array(slot.size), slot.current);
    }
  }

  /** Says where all vectors lie now. */
  get key(): string {
    return this.#vectors.map(({place}) => place).join('');
  }

  /** What a graph that reads and writes the vectors of these names is bound to. */
  bindings(reads: ReadonlySet<string>, writes: ReadonlySet<string>) {
    return {
      inputs: Object.fromEntries(
        this.#vectors.filter(({read}) => reads.has(read)).map((vector) => [vector.read, vector.current]),
      ),
      outputs: Object.fromEntries(
        this.#vectors.filter(({written}) => writes.has(written)).map((vector) => [vector.written, vector.next]),
      ),
    };
  }

  /** What a graph has written is current from now on. */
  take(writes: ReadonlySet<string>): void {
    for (const vector of this.#vectors) if (writes.has(vector.written)) vector.place = vector.place === 0 ? 1 : 0;
  }

  /** A copy in ordinary memory. */
  read(): TrainingState {
    const [weights, slots] = [new Map<string, TensorData>(), new Map<string, TensorData>()];
    for (const {segment, ...vectors} of this.#held) {
      const all = this.device.download(vectors.weights.current);
      for (const {name, shape, start, size} of segment.weights)
        weights.set(name, {shape: [...shape], values: all.slice(start, start + size)});
      for (const [index, slot] of segment.slots.entries()) {
        const all = this.device.download(vectors.slots[index]!.current);
        for (const {name, shape, start, size} of slotPlaces(segment, slot.shape))
          slots.set(`${name}/${slot.name}`, {shape: [...shape], values: all.slice(start, start + size)});
      }
    }
    return {weights: this.#inOrder(weights), slots: this.#inOrder(slots)};
  }

  /** @throws Error when names or sizes differ from this model's; nothing is written then */
  write(state: TrainingState): void {
    const sizes = (places: readonly (readonly [string, PlacedWeight])[]) =>
      new Map(places.map(([name, {size}]) => [name, size]));
    checkState(
      sizes(this.#held.flatMap(({segment}) => segment.weights.map((place) => [place.name, place]))),
      state.weights,
    );
    checkState(
      sizes(
        this.#held.flatMap(({segment}) =>
          segment.slots.flatMap((slot) =>
            slotPlaces(segment, slot.shape).map((place) => [`${place.name}/${slot.name}`, place] as const),
          ),
        ),
      ),
      state.slots,
    );
    for (const {segment, weights, slots} of this.#held) {
      this.#upload(weights, segment.weights, segment.size, (name) => state.weights.get(name)!.values);
      for (const [index, slot] of segment.slots.entries()) {
        const places = slotPlaces(segment, slot.shape);
        this.#upload(slots[index]!, places, slot.size, (name) => state.slots.get(`${name}/${slot.name}`)!.values);
      }
    }
  }

  dispose(): void {
    for (const vector of this.#vectors) vector.free();
  }

  #upload(
    to: TwoPlaces,
    places: readonly PlacedWeight[],
    size: number,
    valuesOf: (name: string) => Float32Array,
  ): void {
    const all = new Float32Array(size);
    for (const {name, start} of places) all.set(valuesOf(name), start);
    this.device.upload(all, to.current);
  }

  /** By weight in the model's order, whichever segments they are in. */
  #inOrder(found: ReadonlyMap<string, TensorData>): Map<string, TensorData> {
    const order = new Map(this.weights.map(({name}, index) => [name, index]));
    const rank = (name: string): number => order.get(name) ?? order.get(name.slice(0, name.lastIndexOf('/')))!;
    return new Map([...found].sort(([a], [b]) => rank(a) - rank(b)));
  }
}

/** Where the weights' parts of a slot lie: as the weights do, or the only weight's in a shape of its own. */
function slotPlaces(segment: Segment, slotShape: Shape): readonly PlacedWeight[] {
  if (!segment.hasMeans) return segment.weights;
  const [{name}] = segment.weights as readonly [PlacedWeight];
  return [{name, shape: slotShape, start: 0, size: slotShape.reduce((product, size) => product * size, 1)}];
}

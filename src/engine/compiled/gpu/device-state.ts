import type {NamedWeight} from '../../../model/built-model.js';
import type {Shape, TensorData} from '../../../support/tensor.js';
import type {TrainingState} from '../../../training/session.js';
import type {Device, DeviceTensor} from '../runtime/device.js';
import {checkState} from '../state.js';
import type {PlacedWeight, Segment} from './layout.js';

/** What changes together: weights and slots with an update, what layers remember with every batch, sums with every part of an update. */
export type Turn = 'updates' | 'statistics' | 'sums';

/** A vector that a graph reads in one place and writes in another, because a device may not do both in one. Made when first asked for. */
class TwoPlaces {
  readonly #places: (DeviceTensor | undefined)[] = [undefined, undefined];

  constructor(
    private readonly device: Device,
    readonly size: number,
    readonly turn: Turn,
  ) {}

  /** What is in it is not defined at first. */
  at(place: number): DeviceTensor {
    const tensor = this.#places[place] ?? this.device.create([this.size]);
    this.#places[place] = tensor;
    return tensor;
  }

  free(): void {
    for (const tensor of this.#places.splice(0)) if (tensor) this.device.free(tensor);
  }
}

/** A segment's vectors on the device. */
export interface HeldSegment {
  readonly segment: Segment;
  readonly weights: TwoPlaces;
  readonly slots: readonly TwoPlaces[];
  readonly sum: TwoPlaces;
}

/** A model's weights and optimizer slots on a device, in segments. */
export class DeviceState {
  readonly held: readonly HeldSegment[];
  readonly #turns: Record<Turn, 0 | 1> = {updates: 0, statistics: 0, sums: 0};

  /** Starts from the weights' current values, and slots of zeros. */
  constructor(
    private readonly device: Device,
    segments: readonly Segment[],
    private readonly weights: readonly NamedWeight[],
  ) {
    this.held = segments.map((segment) => {
      const turn = segment.rule ? 'updates' : 'statistics';
      return {
        segment,
        weights: new TwoPlaces(device, segment.size, turn),
        slots: segment.slots.map(({size}) => new TwoPlaces(device, size, turn)),
        sum: new TwoPlaces(device, segment.size, 'sums'),
      };
    });
    const start = new Map(weights.map(({name, variable}) => [name, variable.read().dataSync() as Float32Array]));
    for (const held of this.held) {
      this.#upload(held.weights, held.segment.weights, held.segment.size, (name) => start.get(name)!);
      for (const slot of held.slots) device.upload(new Float32Array(slot.size), this.current(slot));
    }
  }

  /** Changes with every turn taken. */
  get key(): string {
    return Object.values(this.#turns).join('');
  }

  current(vector: TwoPlaces): DeviceTensor {
    return vector.at(this.#turns[vector.turn]);
  }

  next(vector: TwoPlaces): DeviceTensor {
    return vector.at(1 - this.#turns[vector.turn]);
  }

  /** What was written as next is current from now on. */
  take(turn: Turn): void {
    this.#turns[turn] = this.#turns[turn] === 0 ? 1 : 0;
  }

  /** A copy in ordinary memory. */
  read(): TrainingState {
    const [weights, slots] = [new Map<string, TensorData>(), new Map<string, TensorData>()];
    for (const {segment, ...vectors} of this.held) {
      const all = this.device.download(this.current(vectors.weights));
      for (const {name, shape, start, size} of segment.weights)
        weights.set(name, {shape: [...shape], values: all.slice(start, start + size)});
      for (const [index, slot] of segment.slots.entries()) {
        const all = this.device.download(this.current(vectors.slots[index]!));
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
      sizes(this.held.flatMap(({segment}) => segment.weights.map((place) => [place.name, place]))),
      state.weights,
    );
    checkState(
      sizes(
        this.held.flatMap(({segment}) =>
          segment.slots.flatMap((slot) =>
            slotPlaces(segment, slot.shape).map((place) => [`${place.name}/${slot.name}`, place] as const),
          ),
        ),
      ),
      state.slots,
    );
    for (const {segment, weights, slots} of this.held) {
      this.#upload(weights, segment.weights, segment.size, (name) => state.weights.get(name)!.values);
      for (const [index, slot] of segment.slots.entries()) {
        const places = slotPlaces(segment, slot.shape);
        this.#upload(slots[index]!, places, slot.size, (name) => state.slots.get(`${name}/${slot.name}`)!.values);
      }
    }
  }

  dispose(): void {
    for (const {weights, slots, sum} of this.held) for (const vector of [weights, ...slots, sum]) vector.free();
  }

  #upload(
    to: TwoPlaces,
    places: readonly PlacedWeight[],
    size: number,
    valuesOf: (name: string) => Float32Array,
  ): void {
    const all = new Float32Array(size);
    for (const {name, start} of places) all.set(valuesOf(name), start);
    this.device.upload(all, this.current(to));
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

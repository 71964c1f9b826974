import type {NoiseRequest} from '../model/call-context.js';
import type {Rng} from '../support/random.js';
import type {UpdatePart} from '../training/session.js';

/** The stream of a part of an update: each of its batches has noise of its own. The first one's is that of a whole update. */
export const noiseStream = (rng: Rng, part: UpdatePart | undefined): Rng =>
  part === undefined || part.index === 0 ? rng : rng.split('part').split(part.index);

/**
 * Fills `out` with the noise a layer asked for. The values are a function of (rng, step, layer) alone: both engines draw the
 * same ones, and a resumed run needs no generator state.
 * @param step number of the update, from 1. @param out as many values as the request's shape has
 */
export function fillNoise({layer, kind, rate}: NoiseRequest, rng: Rng, step: number, out: Float32Array): void {
  const stream = rng.split(step).split(layer);
  if (kind === 'normal') {
    for (let i = 0; i < out.length; i++) out[i] = stream.normal();
    return;
  }
  const threshold = rate * 4294967296;
  const kept = 1 / (1 - rate);
  for (let i = 0; i < out.length; i++) out[i] = stream.nextUint32() < threshold ? 0 : kept;
}

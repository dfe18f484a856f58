import { PART_SAMPLES, tonePart } from './tone.ts';

/** Samples of 16 bits, little endian, and nothing else. */
export function* pcmParts(samples: number, hertz: number): Generator<Uint8Array, void, undefined> {
  const part = tonePart(hertz);
  for (let at = 0; at < samples; at += PART_SAMPLES) {
    yield part.subarray(0, 2 * Math.min(PART_SAMPLES, samples - at));
  }
}

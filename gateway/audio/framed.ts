import { AAC_FRAME, MP3_FRAME } from './tone-frames.ts';

const PART_BYTES_MAX = 4096;

/** A stream of frames that each say for themselves what they are, as long as `samples` at least. */
function framed({ bytes, samples: frameSamples }: typeof MP3_FRAME) {
  const atOnce = Math.floor(PART_BYTES_MAX / bytes.length);
  const part = Buffer.concat(Array.from({ length: atOnce }, () => bytes));
  return function* parts(samples: number): Generator<Uint8Array, void, undefined> {
    for (let left = Math.ceil(samples / frameSamples); left > 0; left -= atOnce) {
      yield part.subarray(0, Math.min(left, atOnce) * bytes.length);
    }
  };
}

export const mp3Parts = framed(MP3_FRAME);
export const aacParts = framed(AAC_FRAME);

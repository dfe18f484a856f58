/** Samples a second of all audio that the server makes; one channel, 16 bits. */
export const SAMPLE_RATE = 24_000;
/** Quiet enough not to startle anybody. */
const AMPLITUDE = 3000;
/** A tone whose pitch is a multiple of 25 Hz is the same again after so many samples. */
const LOOP_SAMPLES = SAMPLE_RATE / 25;
/** Samples of a part: less than 4 KiB, and whole loops. */
export const PART_SAMPLES = 2 * LOOP_SAMPLES;

/**
 * `PART_SAMPLES` samples of a tone, little endian: the whole tone is these again and again. `hertz`
 * is a multiple of 25.
 */
export function tonePart(hertz: number): Buffer {
  const part = Buffer.alloc(2 * PART_SAMPLES);
  for (let at = 0; at < PART_SAMPLES; at++) {
    const phase = (2 * Math.PI * hertz * at) / SAMPLE_RATE;
    part.writeInt16LE(Math.round(AMPLITUDE * Math.sin(phase)), 2 * at);
  }
  return part;
}

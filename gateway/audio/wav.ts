import { pcmParts } from './pcm.ts';
import { SAMPLE_RATE } from './tone.ts';

/** What the header of the file says comes after its first 8 bytes, besides the samples. */
const HEADER_REST = 36;

/** A RIFF file of PCM samples. */
export function* wavParts(samples: number, hertz: number): Generator<Uint8Array, void, undefined> {
  const header = Buffer.alloc(HEADER_REST + 8);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_REST + 2 * samples, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16); // bytes of the format
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(2 * SAMPLE_RATE, 28); // bytes a second
  header.writeUInt16LE(2, 32); // bytes of a sample
  header.writeUInt16LE(16, 34); // bits of a sample
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(2 * samples, 40);
  yield header;
  yield* pcmParts(samples, hertz);
}

import { Crc } from './crc.ts';
import { PART_SAMPLES, SAMPLE_RATE, tonePart } from './tone.ts';

/**
 * FLAC (RFC 9639) in its plainest form: frames whose one channel stands there as it is, verbatim.
 */

const HEADER_CRC = new Crc(8, 0x07);
const FRAME_CRC = new Crc(16, 0x8005);
const STREAM_INFO_BYTES = 34;
/** Sync code, and blocks of a fixed number of samples. */
const FRAME_START = [0xff, 0xf8];
/** The number of samples follows in 16 bits; 24 kHz. One channel, 16 bits. */
const FRAME_KIND = [0x77, 0x08];
const VERBATIM = 0x02;

export function* flacParts(samples: number, hertz: number): Generator<Uint8Array, void, undefined> {
  yield streamInfo(samples);
  const part = tonePart(hertz).swap16();
  for (let frame = 0; frame * PART_SAMPLES < samples; frame++) {
    const count = Math.min(PART_SAMPLES, samples - frame * PART_SAMPLES);
    yield frameOf(frame, part.subarray(0, 2 * count));
  }
}

function streamInfo(samples: number): Uint8Array {
  const info = Buffer.alloc(8 + STREAM_INFO_BYTES);
  info.write('fLaC', 0, 'latin1');
  info.writeUInt8(0x80, 4); // the only block of metadata, of kind 0
  info.writeUIntBE(STREAM_INFO_BYTES, 5, 3);
  info.writeUInt16BE(PART_SAMPLES, 8);
  info.writeUInt16BE(PART_SAMPLES, 10);
  // The sizes of frames are not known: 0. Then 20 bits of rate, 3 of channels - 1, 5 of bits - 1.
  info.writeUInt32BE(((SAMPLE_RATE << 12) | (15 << 4)) >>> 0, 18);
  info.writeUInt32BE(samples, 22);
  // No checksum of the samples: 0.
  return info;
}

/** `samples` are big endian. */
function frameOf(number: number, samples: Uint8Array): Uint8Array {
  const count = samples.length / 2 - 1;
  const header = [...FRAME_START, ...FRAME_KIND, ...coded(number), count >> 8, count & 0xff];
  const frame = Buffer.alloc(header.length + 2 + samples.length + 2);
  frame.set(header);
  frame.writeUInt8(HEADER_CRC.of(Uint8Array.from(header)), header.length);
  frame.writeUInt8(VERBATIM, header.length + 1);
  frame.set(samples, header.length + 2);
  const end = frame.length - 2;
  frame.writeUInt16BE(FRAME_CRC.of(frame.subarray(0, end)), end);
  return frame;
}

/** A number below 2^16 as UTF-8 writes characters: all that there are frames in some 80 minutes. */
function coded(number: number): number[] {
  if (number < 0x80) return [number];
  if (number < 0x800) return [0xc0 | (number >> 6), 0x80 | (number & 0x3f)];
  return [0xe0 | (number >> 12), 0x80 | ((number >> 6) & 0x3f), 0x80 | (number & 0x3f)];
}

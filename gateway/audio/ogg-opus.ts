import { Crc } from './crc.ts';
import { SAMPLE_RATE } from './tone.ts';
import { OPUS_PACKET } from './tone-frames.ts';

/** Opus in Ogg (RFC 3533, RFC 7845). */

const PAGE_CRC = new Crc(32, 0x04c11db7);
const FIRST_PAGE = 2;
const LAST_PAGE = 4;
/** Positions count in samples of 48 kHz, whatever the rate. */
const POSITION_RATE = 48_000;
/** What a decoder leaves out at the start, while it settles: 80 ms. */
const PRE_SKIP = 3840;
/** Of one page, which has less than 4 KiB. */
const PACKETS_MAX = 64;
const SERIAL = 1;

export function* oggOpusParts(samples: number): Generator<Uint8Array, void, undefined> {
  yield page(0, FIRST_PAGE, 0, [opusHead()]);
  yield page(1, 0, 0, [opusTags()]);
  const end = PRE_SKIP + Math.ceil((samples * POSITION_RATE) / SAMPLE_RATE);
  const packetLength = (OPUS_PACKET.samples * POSITION_RATE) / SAMPLE_RATE;
  const packets = Math.ceil(end / packetLength);
  for (let number = 2, done = 0; done < packets; number++) {
    const count = Math.min(PACKETS_MAX, packets - done);
    done += count;
    const kind = done === packets ? LAST_PAGE : 0;
    const position = Math.min(end, done * packetLength);
    yield page(number, kind, position, Array(count).fill(OPUS_PACKET.bytes));
  }
}

function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8); // version
  head.writeUInt8(1, 9); // channels
  head.writeUInt16LE(PRE_SKIP, 10);
  head.writeUInt32LE(SAMPLE_RATE, 12);
  return head;
}

function opusTags(): Buffer {
  const vendor = Buffer.from('fakeai');
  const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
  tags.write('OpusTags', 0, 'latin1');
  tags.writeUInt32LE(vendor.length, 8);
  tags.set(vendor, 12);
  return tags;
}

/** `position` is that of the end of the last packet; each has less than 255 bytes. */
function page(
  number: number,
  kind: number,
  position: number,
  packets: readonly Uint8Array[],
): Uint8Array {
  const header = Buffer.alloc(27 + packets.length);
  header.write('OggS', 0, 'latin1');
  header.writeUInt8(kind, 5);
  header.writeBigUInt64LE(BigInt(position), 6);
  header.writeUInt32LE(SERIAL, 14);
  header.writeUInt32LE(number, 18);
  header.writeUInt8(packets.length, 26);
  for (const [at, { length }] of packets.entries()) header.writeUInt8(length, 27 + at);
  const whole = Buffer.concat([header, ...packets]);
  whole.writeUInt32LE(PAGE_CRC.of(whole), 22);
  return whole;
}

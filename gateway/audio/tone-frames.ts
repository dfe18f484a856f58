import { SAMPLE_RATE } from './tone.ts';

/**
 * One frame of a steady tone in each compressed format, as an encoder wrote it that had settled:
 * it holds whole periods of the tone and refers to no other one, so that any number of them in a
 * row are that tone.
 */
interface ToneFrame {
  readonly bytes: Buffer;
  /** Samples that it decodes to. */
  readonly samples: number;
}

/** MPEG-2 layer III, 24 kHz, one channel, 32 kbit/s without a reservoir; 375 Hz, by LAME 3.100. */
export const MP3_FRAME: ToneFrame = {
  samples: 576,
  bytes: Buffer.from(
    '//NExAAJgrX8ALgOaP8I+3AMcd/yhf//xCHf/+j//+UGf//v//8Y//9A7//0Lf/+gx/qTEFNRTMuMTAw' +
      'A'.repeat(48),
    'base64',
  ),
};

/** AAC-LC with a header of ADTS, 24 kHz, one channel; 375 Hz, by FFmpeg 5.1. */
export const AAC_FRAME: ToneFrame = {
  samples: 1024,
  bytes: Buffer.from(
    '//FYQAr//AD+N4CWcXAYQgMQgERAEQgESgAF3da9wAABUTC7rQQSoeXiHkT9oJP9Xvl0l5Fp1meDLJ7z' +
      'gAoAAJQKACQEgABISAAAkAAKAACQAAAACkAH',
    'base64',
  ),
};

/** A packet of Opus, CELT, 20 ms, of which a decoder may make 48 kHz; 400 Hz, by libopus 1.3. */
export const OPUS_PACKET: ToneFrame = {
  samples: SAMPLE_RATE / 50,
  bytes: Buffer.from(
    '+L2IirEJSRE0lrJ0EPuihKK7vacI1DgK04dF0u12V8DJnXiaGJCe0RZG7ITEv343Ncqr9h+J0BfOOjW5',
    'base64',
  ),
};

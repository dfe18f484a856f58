import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import {
  AUDIO_FORMAT_NAMES,
  AUDIO_FORMATS,
  type AudioFormatName,
  spokenSamples,
  spokenWords,
} from '../../../gateway/audio/audio-format.ts';

const RATE = 24_000;
/** What FFmpeg calls the codec of each, and how it is told what a file is that does not say so. */
const CODECS: Readonly<Record<AudioFormatName, { codec: string; rate: number; args?: string[] }>> =
  {
    mp3: { codec: 'mp3', rate: RATE },
    opus: { codec: 'opus', rate: 48_000 },
    aac: { codec: 'aac', rate: RATE },
    flac: { codec: 'flac', rate: RATE },
    wav: { codec: 'pcm_s16le', rate: RATE },
    pcm: { codec: 'pcm_s16le', rate: RATE, args: ['-f', 's16le', '-ar', `${RATE}`, '-ac', '1'] },
  };
/** Samples of a frame, by which a compressed file may be longer, and one more for its start. */
const FRAME_SAMPLES: Partial<Record<AudioFormatName, number>> = { mp3: 1152, aac: 2048 };

function fileOf(format: AudioFormatName, samples: number, hertz = 300): Buffer {
  const parts: Uint8Array[] = [];
  const iterator = AUDIO_FORMATS[format].parts(samples, hertz);
  for (let part = iterator.next(); !part.done; part = iterator.next()) {
    assert.ok(part.value.length > 0 && part.value.length <= 4096);
    parts.push(part.value);
  }
  return Buffer.concat(parts);
}

const hasDecoder = spawnSync('ffmpeg', ['-version']).status === 0;

describe('what FFmpeg makes of a file', { skip: hasDecoder ? false : 'ffmpeg is not here' }, () => {
  for (const format of AUDIO_FORMAT_NAMES) {
    for (const samples of [RATE * 2 + 11]) {
      it(`is ${samples} samples of ${format}, a steady tone without an error`, () => {
        const { codec, rate, args = [] } = CODECS[format];
        const file = fileOf(format, samples);
        const probe = spawnSync(
          'ffprobe',
          ['-v', 'error', ...args, '-show_streams', '-of', 'json', '-'],
          { input: file },
        );
        assert.equal(probe.stderr.toString(), '');
        const [stream] = JSON.parse(probe.stdout.toString()).streams;
        assert.deepEqual(
          [stream.codec_name, Number(stream.sample_rate), stream.channels],
          [codec, rate, 1],
        );
        const decoded = spawnSync(
          'ffmpeg',
          ['-v', 'error', '-xerror', ...args, '-i', '-', '-f', 's16le', '-ar', `${RATE}`, '-'],
          { input: file, maxBuffer: 2 ** 26 },
        );
        assert.equal(decoded.stderr.toString(), '');
        const count = decoded.stdout.length / 2;
        const longer = FRAME_SAMPLES[format] ?? 2;
        assert.ok(Math.abs(count - samples) <= longer, `${count} samples`);
        assertIsTone(decoded.stdout);
      });
    }
  }
});

/** After its first tenth of a second it is as loud everywhere, and not silent. */
function assertIsTone(pcm: Buffer): void {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
  const slice = RATE / 25;
  const loudness: number[] = [];
  for (let at = RATE / 10; at + slice <= samples.length - slice; at += slice) {
    let squares = 0;
    for (const value of samples.subarray(at, at + slice)) squares += value * value;
    loudness.push(Math.sqrt(squares / slice));
  }
  assert.ok(Math.min(...loudness) > 500, `not silent: ${loudness}`);
  assert.ok(Math.max(...loudness) < 1.1 * Math.min(...loudness), `steady: ${loudness}`);
}

describe('the length of speech', () => {
  it('is 0.3 s a word, divided by the speed, and a word at least', () => {
    assert.equal(spokenSamples(spokenWords('one two  three\nfour')), 4 * 0.3 * RATE);
    assert.equal(spokenSamples(4, 2), 2 * 0.3 * RATE);
    assert.equal(spokenSamples(spokenWords(' ')), 0.3 * RATE);
  });

  it('may be the longest that can be asked for, in parts', () => {
    const samples = spokenSamples(2048, 0.25);
    for (const format of ['flac', 'opus'] as const) {
      const iterator = AUDIO_FORMATS[format].parts(samples, 300);
      let bytes = 0;
      for (let part = iterator.next(); !part.done; part = iterator.next())
        bytes += part.value.length;
      assert.ok(bytes > 1e6);
    }
  });
});

describe('pitch', () => {
  it('is that of the voice where samples stand as they are', () => {
    for (const format of ['pcm', 'wav', 'flac'] as const) {
      assert.notDeepEqual(fileOf(format, RATE, 200), fileOf(format, RATE, 225));
    }
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  audioTokens,
  type Detail,
  fileTokens,
  imageTokens,
  SMALL_MODEL_IMAGE_COST,
  STANDARD_IMAGE_COST,
  videoTokens,
} from '../../../gateway/prompt/media-tokens.ts';

function image(url: string, detail?: Detail): number {
  return imageTokens(detail === undefined ? { url } : { url, detail }, STANDARD_IMAGE_COST);
}

function dataUri(mime: string, bytes: readonly number[]): string {
  const padded = Buffer.concat([Buffer.from(bytes), Buffer.alloc(64)]);
  return `data:${mime};base64,${padded.toString('base64')}`;
}

function ascii(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}

/** Headers of pictures of 1000 x 600: two by two tiles. */
const HEADERS: readonly (readonly [string, readonly number[]])[] = [
  [
    'image/png',
    [0x89, ...ascii('PNG\r\n\x1a\n'), 0, 0, 0, 13, ...ascii('IHDR'), 0, 0, 3, 232, 0, 0, 2, 88],
  ],
  ['image/gif', [...ascii('GIF89a'), 232, 3, 88, 2]],
  [
    'image/jpeg',
    [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc4, 0, 3, 0, 0xff, 0xc2, 0, 17, 8, 2, 88, 3, 232],
  ],
  [
    'image/webp',
    [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8 '), ...Array(10).fill(0), 232, 3, 88, 2],
  ],
  [
    'image/webp',
    [
      ...ascii('RIFF'),
      0,
      0,
      0,
      0,
      ...ascii('WEBPVP8L'),
      0,
      0,
      0,
      0,
      0x2f,
      ...losslessSize(1000, 600),
    ],
  ],
  [
    'image/webp',
    [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8X'), ...Array(8).fill(0), 231, 3, 0, 87, 2, 0],
  ],
];

/** Two fields of 14 bits, each the size less one. */
function losslessSize(width: number, height: number): number[] {
  const bits = (width - 1) | ((height - 1) << 14);
  return [bits & 0xff, (bits >>> 8) & 0xff, (bits >>> 16) & 0xff, (bits >>> 24) & 0xff];
}

test('a picture in low detail, or a small one in auto, costs the base', () => {
  assert.equal(image('https://x/4000x4000.png', 'low'), 85);
  assert.equal(image('https://x/512x512.png'), 85);
  assert.equal(image('https://x/512x512.png', 'auto'), 85);
});

test('a picture in high detail costs the base and its tiles after fitting', () => {
  assert.equal(image('https://x/a.png', 'high'), 765);
  assert.equal(image('https://x/512x512.png', 'high'), 85 + 170);
  assert.equal(image('https://x/a.png?width=1024&height=1024'), 765);
  assert.equal(image('https://x/a.png?height=4096&width=2048'), 1105);
  assert.equal(image('https://x/8000x8000.png'), 765);
  assert.equal(image('https://x/513x1.png'), 85 + 170 * 2);
});

test('the header in a data URI states the size', () => {
  for (const [mime, bytes] of HEADERS) {
    assert.equal(image(dataUri(mime, bytes), 'high'), 85 + 170 * 4, `${mime} ${bytes}`);
  }
});

test('a data URI without a readable header counts as 1024 x 1024', () => {
  for (const uri of ['data:image/png;base64,', 'data:,x', 'data:image/png;base64,AAAA', 'data:']) {
    assert.equal(image(uri, 'high'), 765);
  }
  assert.equal(image(dataUri('image/png', ascii('nothing known 800x600'))), 765);
  const broken = [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff];
  assert.equal(image(dataUri('image/jpeg', broken)), 765);
});

test('small models pay more for the same picture', () => {
  const url = 'https://x/a.png';
  assert.equal(imageTokens({ url, detail: 'low' }, SMALL_MODEL_IMAGE_COST), 2833);
  assert.equal(imageTokens({ url, detail: 'high' }, SMALL_MODEL_IMAGE_COST), 2833 + 5667 * 4);
});

test('a video costs 85 and each of its frames', () => {
  assert.equal(videoTokens({ url: 'https://x/v.mp4' }), 85 + 20 * 10);
  assert.equal(videoTokens({ url: 'https://x/512x288_5s_4fps.mp4' }), 85 + 20 * 10);
  assert.equal(videoTokens({ url: 'https://x/512x288_5s_4fps.mp4', detail: 'high' }), 85 + 20 * 30);
  assert.equal(
    videoTokens({ url: 'data:video/mp4;meta=1024x1024:2.5s@2fps;base64,AA' }),
    85 + 5 * 60,
  );
  const query = 'https://x/v.mp4?width=1024&height=512&duration=2&fps=3';
  assert.equal(videoTokens({ url: query }), 85 + 6 * 40);
  assert.equal(videoTokens({ url: query, detail: 'low' }), 85 + 6 * 10);
});

test('audio costs 1.67 tokens a second of its assumed bit rate, and at least one', () => {
  const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');
  assert.equal(audioTokens({ data: base64(48_044), format: 'wav' }), 1);
  assert.equal(audioTokens({ data: base64(480_044), format: 'wav' }), 16);
  assert.equal(audioTokens({ data: base64(160_000), format: 'mp3' }), 16);
  assert.equal(audioTokens({ data: '', format: 'mp3' }), 1);
});

test('a file costs a token for each four bytes', () => {
  const data = Buffer.alloc(4001).toString('base64');
  assert.equal(fileTokens({ file_data: data }), 1000);
  assert.equal(fileTokens({ file_data: `data:application/pdf;base64,${data}` }), 1000);
  assert.equal(fileTokens({}), 1);
});

test('whatever the digits of a hint, a number of tokens is finite and above 0', () => {
  const digits = (count: number) => '9'.repeat(count);
  for (const count of [5, 6, 9, 10, 40, 400]) {
    const n = digits(count);
    for (const url of [
      `https://x/${n}x${n}_${n}s_${n}fps`,
      `https://x/512x288_${n}s_4fps`,
      `https://x/512x288:5.${n}s@${n}.${n}fps`,
      `https://x/?width=${n}&height=${n}&duration=${n}&fps=${n}`,
      `https://x/?width=${n}.${n}&height=0.${n}`,
    ]) {
      for (const tokens of [videoTokens({ url }), image(url, 'high'), image(url)]) {
        assert.ok(Number.isSafeInteger(tokens) && tokens > 0, `${url}: ${tokens}`);
      }
    }
  }
});

test('the length of a recording ends with at most two signs of padding', () => {
  const padded = audioTokens({ data: `${'A'.repeat(1_600_000)}==`, format: 'mp3' });
  assert.equal(padded, audioTokens({ data: 'A'.repeat(1_600_000), format: 'mp3' }));
  const filled = audioTokens({ data: '='.repeat(1_600_000), format: 'mp3' });
  assert.equal(filled, padded);
});

test('a JPEG whose segments have no length states no size', () => {
  const bytes = [0xff, 0xd8, ...Array(200).fill([0xff, 0xe0, 0, 0]).flat(), 0xff, 0xc0, 0, 17, 8];
  const assumed = image('https://x/unknown');
  assert.equal(image(dataUri('image/jpeg', [...bytes, 2, 88, 3, 232])), assumed);
});

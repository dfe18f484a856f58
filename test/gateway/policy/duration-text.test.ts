import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from '../../../gateway/policy/duration-text.ts';

test('a duration is as in the headers of OpenAI, and never too short', () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [1, '1ms'],
    [120_000, '120ms'],
    [999_001, '1s'],
    [1e6, '1s'],
    [8.64e6, '8.64s'],
    [59_999_001, '1m0s'],
    [60e6, '1m0s'],
    [72.5e6, '1m12.5s'],
    [360e6, '6m0s'],
    [3600e6, '1h0m0s'],
    [7384e6, '2h3m4s'],
  ];
  for (const [us, text] of texts) assert.equal(durationText(us), text);
});

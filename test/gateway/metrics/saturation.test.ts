import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Saturation } from '../../../gateway/metrics/saturation.ts';

/** Lets seconds pass, in each of which 1,000 tokens and 20 looks at the loop are seen. */
class Seconds {
  readonly saturation = new Saturation(0);
  #second = 0;

  pass(count: number, see: { lateTokens?: number; lateUs?: number; lagUs?: number }): boolean {
    const { lateTokens = 0, lateUs = 0, lagUs = 0 } = see;
    for (let i = 0; i < count; i++) {
      this.saturation.tokensWritten(300, 1000 - lateTokens);
      this.saturation.tokensWritten(lateUs, lateTokens);
      for (let look = 0; look < 19; look++) this.saturation.loopTurned(0);
      this.saturation.loopTurned(lagUs);
      this.saturation.tick(++this.#second * 1_000_000);
    }
    return this.saturation.isSaturated;
  }
}

test('it is saturated after five seconds in a row with a token p99 above 50 ms', () => {
  const seconds = new Seconds();
  assert.equal(seconds.pass(4, { lateTokens: 11, lateUs: 50_001 }), false);
  assert.equal(seconds.pass(1, { lateTokens: 11, lateUs: 50_001 }), true);
});

test('it is saturated after five seconds in a row with a loop lag above 50 ms', () => {
  const seconds = new Seconds();
  assert.equal(seconds.pass(4, { lagUs: 60_000 }), false);
  assert.equal(seconds.pass(1, { lagUs: 60_000 }), true);
});

test('one token in a hundred may be late, and any may be up to 50 ms late', () => {
  assert.equal(new Seconds().pass(30, { lateTokens: 10, lateUs: 1_000_000 }), false);
  assert.equal(new Seconds().pass(30, { lateTokens: 1000, lateUs: 50_000 }), false);
});

test('long pauses with good seconds between them do not set it', () => {
  const seconds = new Seconds();
  for (let round = 0; round < 10; round++) {
    assert.equal(seconds.pass(4, { lateTokens: 500, lateUs: 400_000, lagUs: 400_000 }), false);
    assert.equal(seconds.pass(1, {}), false);
  }
});

test('it stays set until five seconds in a row are below 25 ms', () => {
  const seconds = new Seconds();
  seconds.pass(5, { lateTokens: 1000, lateUs: 80_000 });
  assert.equal(seconds.pass(30, { lateTokens: 1000, lateUs: 30_000 }), true);
  assert.equal(seconds.pass(4, {}), true);
  assert.equal(seconds.pass(1, { lagUs: 26_000 }), true);
  assert.equal(seconds.pass(4, {}), true);
  assert.equal(seconds.pass(1, {}), false);
});

test('seconds without any token are good ones', () => {
  const saturation = new Saturation(0);
  for (let second = 1; second <= 20; second++) saturation.tick(second * 1_000_000);
  assert.equal(saturation.isSaturated, false);
});

test('it judges once a second, however often it is asked to', () => {
  const saturation = new Saturation(0);
  for (let step = 1; step <= 19; step++) {
    saturation.tokensWritten(90_000, 10);
    saturation.tick(step * 250_000);
  }
  assert.equal(saturation.isSaturated, false);
  saturation.tokensWritten(90_000, 10);
  saturation.tick(5_000_000);
  assert.equal(saturation.isSaturated, true);
});

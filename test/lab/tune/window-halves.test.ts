import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Windows } from '../../../lab/measure/window-tally.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import { differenceOf, figuresOf, halfOf } from '../../../lab/tune/window-halves.ts';
import { replayConfig } from '../simulate/replay-rig.ts';

function windowsOf(policy: 'smart' | 'random', requests = 600): Windows {
  const parameters = { requests, qps: 40, groups: 20 };
  return replay(replayConfig({ workload: 'shared-prefix', parameters, policy })).result.windows;
}

/** `count` windows of ten requests, of which `good` are good, in `ttftMs` each. */
function windows(count: number, good: (at: number) => number, ttftMs = 100): Windows {
  const each = <Value>(value: (at: number) => Value): Value[] =>
    Array.from({ length: count }, (_, at) => value(at));
  return {
    requestsPerWindow: 10,
    in: each(() => 10),
    good: each(good),
    started: each(() => 10),
    ttftMs: each(() => 10 * ttftMs),
    promptTokens: each(() => 1000),
    cachedTokens: each(() => 250),
  };
}

test('each window is in one half, and both halves are spread over the trace', () => {
  const whole = windows(40, (at) => at % 7);
  const choosing = halfOf(whole, 'choosing');
  const judging = halfOf(whole, 'judging');
  assert.deepEqual([...choosing.good, ...judging.good].sort(), [...whole.good].sort());
  assert.equal(choosing.in.length, 20);
  assert.deepEqual(figuresOf(windows(3, () => 7)), { goodShare: 0.7, ttftMs: 100, hitRate: 0.25 });
});

test('figures of no request are those of the worst', () => {
  assert.deepEqual(figuresOf(windows(0, () => 0)), {
    goodShare: 0,
    ttftMs: Number.POSITIVE_INFINITY,
    hitRate: 0,
  });
});

test('a difference that is the same in each window has no spread, however the windows vary', () => {
  const one = windows(40, (at) => (at % 5) + 1, 90);
  const other = windows(40, (at) => at % 5);
  const { goodShare, goodInterval, ttft, ttftInterval } = differenceOf([[one, other]], 'judging');
  for (const value of [goodShare, goodInterval?.low, goodInterval?.high]) {
    assert.ok(Math.abs((value ?? 0) - 0.1) < 1e-9);
  }
  for (const value of [ttft, ttftInterval?.low, ttftInterval?.high]) {
    assert.ok(Math.abs((value ?? 0) + 0.1) < 1e-9);
  }
});

test('what makes a difference in one half only is not seen in the other', () => {
  const stretch = Math.ceil(Math.cbrt(40));
  const lucky = windows(40, (at) => (Math.floor(at / stretch) % 2 === 0 ? 10 : 5));
  const plain = windows(40, () => 5);
  assert.equal(differenceOf([[lucky, plain]], 'choosing').goodShare, 0.5);
  assert.equal(differenceOf([[lucky, plain]], 'judging').goodShare, 0);
});

test('windows of another size, or fewer of them, are compared all the same', () => {
  const fine = windowsOf('smart');
  assert.equal(differenceOf([[fine, fine]], 'judging').goodShare, 0);
  const coarse = windows(20, () => 5);
  const folded = {
    ...windows(10, () => 10),
    requestsPerWindow: 20,
    in: coarse.in.slice(10).fill(20),
  };
  assert.equal(differenceOf([[coarse, folded]], 'choosing').goodShare, 0);
  assert.equal(differenceOf([[coarse, windows(13, () => 5)]], 'choosing').goodShare, 0);
  assert.equal(differenceOf([], 'judging').goodInterval, null);
});

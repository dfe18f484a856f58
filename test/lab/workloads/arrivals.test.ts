import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arrivals } from '../../../lab/workloads/arrivals.ts';
import { Rng } from '../../../shared/rng.ts';

function take(perSecond: number, cv: number, count: number): number[] {
  const arrivals = new Arrivals(new Rng(3), perSecond, cv);
  return Array.from({ length: count }, () => arrivals.next());
}

test('a rate of 0 is all at once', () => {
  assert.deepEqual(take(0, 1, 5), [0, 0, 0, 0, 0]);
});

test('without variation arrivals are even', () => {
  assert.deepEqual(take(3, 0, 4), [0, 333_333, 666_667, 1_000_000]);
});

test('arrivals keep their rate, are whole microseconds and never go back', () => {
  const times = take(20, 1, 20_000);
  assert.ok(Math.abs((times.at(-1) ?? 0) / 1e6 - 1000) < 30);
  assert.ok(times.every((time, at) => Number.isInteger(time) && time >= (times[at - 1] ?? 0)));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RATE_WINDOW_SECONDS, WorkRates } from '../../../engine/router/work-rates.ts';

const SECOND_US = 1e6;

function near(value: number, wanted: number, share: number): void {
  assert.ok(Math.abs(value - wanted) <= share * wanted, `${value}, wanted ${wanted}`);
}

/** A request every 100 ms: 40 ms of prefill on the first of two workers, or 10 on the other. */
function steady(rates: WorkRates, fromUs: number, seconds: number): number {
  let atUs = fromUs;
  for (let n = 0; n < 10 * seconds; n++, atUs += SECOND_US / 10) {
    rates.advance(atUs);
    if (n % 2 === 0) rates.add(0, 40_000, 3000, 2000);
    else rates.add(1, 10_000, 1000, 0);
  }
  rates.advance(atUs);
  return atUs;
}

test('rates are those of the traffic, early in the window as well as after many of them', () => {
  for (const seconds of [3, RATE_WINDOW_SECONDS, 20 * RATE_WINDOW_SECONDS, 10_000]) {
    const rates = new WorkRates(2);
    steady(rates, 7 * SECOND_US, seconds);
    near(rates.arrivalsPerUs * SECOND_US, 10, 0.05);
    near(rates.prefillLoadOf(0), 0.2, 0.05);
    near(rates.prefillLoadOf(1), 0.05, 0.05);
    near(rates.prefillLoad, 0.25, 0.05);
    near(rates.promptTokens, 2000, 0.05);
    near(rates.hitsPerMiss, 1, 0.05);
    near(rates.stayUs(40), 4 * SECOND_US, 0.05);
  }
});

test('what was long ago counts for little, and a long pause leaves rates of nothing', () => {
  const rates = new WorkRates(2);
  const endUs = steady(rates, 0, 300);
  rates.advance(endUs + RATE_WINDOW_SECONDS * SECOND_US);
  near(rates.arrivalsPerUs * SECOND_US, 10 / Math.E, 0.05);
  near(rates.prefillLoad, 0.25 / Math.E, 0.05);
  rates.advance(endUs + 36_000 * SECOND_US);
  assert.ok(rates.arrivalsPerUs * SECOND_US < 1e-9);
  near(rates.stayUs(2), 2 * RATE_WINDOW_SECONDS * SECOND_US, 1e-6);
  assert.ok(rates.prefillLoad < 1e-9);
  steady(rates, endUs + 72_000 * SECOND_US, 300);
  near(rates.arrivalsPerUs * SECOND_US, 10, 0.05);
});

test('a burst before any time has passed is a finite rate', () => {
  const rates = new WorkRates(1);
  for (let n = 0; n < 1000; n++) {
    rates.advance(5);
    rates.add(0, 1000, 100, 50);
  }
  rates.advance(5);
  assert.ok(Number.isFinite(rates.arrivalsPerUs) && rates.arrivalsPerUs > 0);
  assert.ok(Number.isFinite(rates.prefillLoad));
});

test('a worker that has crashed was given nothing', () => {
  const rates = new WorkRates(2);
  steady(rates, 0, 100);
  rates.forget(0);
  assert.equal(rates.prefillLoadOf(0), 0);
  near(rates.prefillLoad, 0.05, 0.06);
});

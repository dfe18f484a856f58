import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SequenceLatencies } from '../../../../engine/worker/latency/sequence-latencies.ts';
import { LATENCY_PROFILE_NAMES } from '../../../../shared/latency-profiles.ts';
import { constantLatency, workerConfigWith } from '../../../support/sequences.ts';
import { stepWith } from './latency-rig.ts';

const latencies = new SequenceLatencies(workerConfigWith({ latency: constantLatency(1000, 100) }));
const step = stepWith({ decodes: 1, cacheUse: 0 });

test('profile 0 is the latency of the worker itself', () => {
  assert.equal(latencies.of(0).stepUs(step), 100);
});

test('other profiles are the named ones by their number, counted from 1', () => {
  const mocker = LATENCY_PROFILE_NAMES.indexOf('dynamo-mocker') + 1;
  assert.equal(latencies.of(mocker).stepUs(step), 5740);
  assert.equal(latencies.of(mocker), latencies.of(mocker));
});

test('a number that no profile has is a defect', () => {
  assert.throws(() => latencies.of(LATENCY_PROFILE_NAMES.length + 1), /profile that exists/);
});

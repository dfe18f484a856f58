import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import {
  boundName,
  brokenBounds,
  isKept,
  judgesRequests,
  serviceLevel,
  serviceLevelFlag,
  serviceLevelText,
} from '../../../lab/experiment/service-level.ts';
import type { ReplayResult } from '../../../lab/measure/replay-result.ts';
import { run } from '../simulate/replay-rig.ts';

const RESULT = {
  ...run({ workload: 'lengths', parameters: { requests: 300, qps: 30 } }),
  goodShare: 0.96,
};
const { ttftMs, itlMs } = RESULT.latencies;

function brokenNames(text: string, result: ReplayResult = RESULT): string[] {
  return brokenBounds(serviceLevel(text), result).map(boundName);
}

test('bounds have units, and those of percentiles stand beside those of requests', () => {
  const level = serviceLevel('ttft=1.5s,itl=25ms, ttft_p90=500ms,e2e_p50=30us');
  assert.deepEqual(level, {
    ttftUs: 1.5e6,
    itlUs: 25e3,
    e2eUs: Number.POSITIVE_INFINITY,
    percentiles: [
      { latency: 'ttft', percentile: 'p90', us: 5e5 },
      { latency: 'e2e', percentile: 'p50', us: 30 },
    ],
  });
  assert.equal(serviceLevelFlag(level), 'ttft=1500ms,itl=25ms,ttft_p90=500ms,e2e_p50=30us');
  assert.deepEqual(serviceLevel(serviceLevelFlag(level)), level);
  assert.equal(
    serviceLevelText(level),
    'A good request has TTFT within 1.5 s, mean ITL within 25 ms. ' +
      'Over all requests: TTFT p90 within 500 ms, E2E p50 within 30 µs.',
  );
});

test('a percentile is bounded by the figure of the table, and each by itself', () => {
  const p90 = ttftMs.p90 ?? Number.NaN;
  assert.deepEqual(brokenNames(`ttft_p90=${p90}ms`), []);
  assert.deepEqual(brokenNames(`ttft_p90=${p90 - 0.001}ms,ttft_p50=60s`), ['ttft_p90']);
  assert.deepEqual(brokenNames(`ttft_p90=1us,itl_p90=1us`), ['ttft_p90', 'itl_p90']);
  assert.deepEqual(brokenNames(`itl_p90=${itlMs.p90}ms,e2e_p99=1us`), ['e2e_p99']);
});

test('what was rejected breaks a percentile, not only what was late', () => {
  const rejecting = (rejected: number): ReplayResult => ({
    ...RESULT,
    requests: { ...RESULT.requests, finished: 300 - rejected, rejected },
  });
  assert.deepEqual(brokenNames('ttft_p90=60s,ttft_p50=60s', rejecting(30)), []);
  assert.deepEqual(brokenNames('ttft_p90=60s,ttft_p50=60s', rejecting(31)), ['ttft_p90']);
});

test('a level is kept where enough are good and no percentile is broken', () => {
  const both = serviceLevel('ttft=60s,ttft_p90=1us');
  assert.ok(!isKept(both, 0.95, [RESULT]));
  assert.ok(isKept(serviceLevel('ttft=60s'), 0.95, [RESULT]));
  assert.ok(!isKept(serviceLevel('ttft=60s'), 0.97, [RESULT]));
  const percentiles = serviceLevel('ttft_p90=60s');
  assert.ok(!judgesRequests(percentiles), 'nothing says what a good request is');
  assert.ok(isKept(percentiles, 0.97, [RESULT]));
  const perfect = { ...RESULT, goodShare: 1 };
  assert.ok(isKept(serviceLevel('ttft=60s'), 0.97, [RESULT, perfect]), 'in the mean');
});

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['ttft=2', /^ttft=2 is no bound; expected for example ttft=2s/],
  ['latency=2s', /^nothing is called latency; there are ttft, itl and e2e of each request/],
  ['ttft_p80=2s', /^nothing is called ttft_p80; .*_p50, _p90, _p95 and _p99/],
  ['ttft=200ms,itl=25ms,ttft=3s', /^ttft is bounded twice; expected each bound once/],
  ['ttft_p90=1s,ttft_p90=2s', /^ttft_p90 is bounded twice/],
  ['', /^ is no bound/],
];
for (const [text, message] of WRONG) {
  test(`"${text}" is refused`, () => {
    assert.throws(
      () => serviceLevel(text),
      (error) => error instanceof InvalidArgumentError && message.test(error.message),
    );
  });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EffectiveLatency, effectiveLatency } from '../../../shared/settings/latency.ts';
import { resolveSettings } from '../../../shared/settings/resolve-settings.ts';

function latencyOf(env: Readonly<Record<string, string>>): EffectiveLatency {
  const resolved = resolveSettings({ flags: [], env });
  assert.ok(resolved.ok);
  return effectiveLatency(resolved.settings, resolved.sources);
}

function means(env: Readonly<Record<string, string>>): string {
  const latency = latencyOf(env);
  const { ttftMs, ttftVariancePercent, itlMs, itlVariancePercent } = latency;
  return `${ttftMs}:${ttftVariancePercent} ${itlMs}:${itlVariancePercent}`;
}

describe('effective latency', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['has defaults', {}, '20:10 5:10'],
    ['takes RESPONSE_DELAY in seconds', { FAKEAI_RESPONSE_DELAY: '0.5' }, '500:30 5:10'],
    ['keeps a RESPONSE_DELAY of 0', { FAKEAI_RESPONSE_DELAY: '0' }, '0:30 5:10'],
    [
      'varies RESPONSE_DELAY by MAX_VARIANCE',
      { FAKEAI_RESPONSE_DELAY: '0.1', FAKEAI_MAX_VARIANCE: '0.2' },
      '100:20 5:10',
    ],
    ['does not vary the default by MAX_VARIANCE', { FAKEAI_MAX_VARIANCE: '0.2' }, '20:10 5:10'],
    [
      'prefers TTFT_MS',
      { FAKEAI_RESPONSE_DELAY: '0.5', FAKEAI_TTFT_MS: '7', FAKEAI_MAX_VARIANCE: '1' },
      '7:10 5:10',
    ],
    ['has no variance without RANDOM_DELAY', { FAKEAI_RANDOM_DELAY: 'false' }, '20:0 5:0'],
    [
      'has none for RESPONSE_DELAY either',
      { FAKEAI_RANDOM_DELAY: 'false', FAKEAI_RESPONSE_DELAY: '0.01' },
      '10:0 5:0',
    ],
    [
      'keeps percentages that are set',
      {
        FAKEAI_RANDOM_DELAY: 'false',
        FAKEAI_RESPONSE_DELAY: '0.01',
        FAKEAI_TTFT_VARIANCE_PERCENT: '10',
        FAKEAI_ITL_VARIANCE_PERCENT: '25',
      },
      '10:10 5:25',
    ],
  ];
  for (const [law, env, expected] of cases) {
    it(law, () => assert.equal(means(env), expected));
  }

  it('tells which means a profile must not replace', () => {
    const explicit = (env: Readonly<Record<string, string>>) => {
      const { ttftExplicit, itlExplicit } = latencyOf(env);
      return [ttftExplicit, itlExplicit];
    };
    assert.deepEqual(explicit({}), [false, false]);
    assert.deepEqual(explicit({ FAKEAI_TTFT_MS: '20' }), [true, false]);
    assert.deepEqual(explicit({ FAKEAI_RESPONSE_DELAY: '0' }), [true, false]);
    assert.deepEqual(explicit({ FAKEAI_ITL_MS: '5' }), [false, true]);
  });

  it('gives the fixed share as a fraction', () => {
    assert.equal(latencyOf({ FAKEAI_TTFT_FIXED_PERCENT: '35' }).ttftFixedShare, 0.35);
  });
});

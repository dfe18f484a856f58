import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ApiPolicy } from '../../gateway/api-policy.ts';
import { SlicedWork } from '../../gateway/prompt/sliced-work.ts';
import { settingsOf } from '../support/server.ts';

let nowUs = 0;

async function policyOf(flags: string): Promise<ApiPolicy> {
  const { settings } = await settingsOf(flags);
  const work = new SlicedWork();
  return new ApiPolicy(settings, { buckets: undefined, nowUs: () => nowUs, work });
}

test("what is not asked for stands in nobody's way", async () => {
  const { gates, rateLimits, inputChecks, abuse } = await policyOf('--enable-admin false');
  assert.deepEqual(
    [gates.key, gates.admin, rateLimits, inputChecks, abuse],
    Array(5).fill(undefined),
  );
  const flags = ['--api-key a-long-key', '--rate-limit-enabled', '--enable-input-validation'];
  for (const flag of [...flags, '--enable-abuse-detection']) {
    const policy = await policyOf(flag);
    assert.notEqual(policy.gates.key, undefined, flag);
    policy.close();
  }
});

test('old records of abuse are swept as often as the settings say', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const policy = await policyOf('--enable-abuse-detection --abuse-cleanup-interval 60');
    policy.abuse?.note('a', 'wrongKey', 0);
    nowUs = 61e6;
    mock.timers.tick(59_000);
    await new Promise(setImmediate);
    assert.equal(policy.abuse?.size, 1);
    mock.timers.tick(1000);
    await new Promise(setImmediate);
    assert.equal(policy.abuse?.size, 0);
    policy.close();
  } finally {
    mock.timers.reset();
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountsPerMinute } from '../../../gateway/policy/rate-limits.ts';
import { settingsOf } from '../../support/server.ts';

async function amountsOf(flags: string) {
  return amountsPerMinute((await settingsOf(flags)).settings);
}

test('limits are those of the tier, each of which may be another one', async () => {
  assert.deepEqual(await amountsOf(''), { requests: 3500, tokens: 200_000 });
  assert.deepEqual(await amountsOf('--rate-limit-tier free'), { requests: 60, tokens: 40_000 });
  assert.deepEqual(await amountsOf('--rate-limit-tier tier_5'), {
    requests: 80_000,
    tokens: 10_000_000,
  });
  assert.deepEqual(await amountsOf('--rate-limit-rpm 5'), { requests: 5, tokens: 200_000 });
  assert.deepEqual(await amountsOf('--rate-limit-tpm 7'), { requests: 3500, tokens: 7 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentLines, rangeEndLines } from '../../../gateway/lab/tune-output.ts';
import { DEFAULT_WEIGHTS } from '../../../gateway/lab/weights.ts';

test('a weight at an end of its range is said, but not a default that lies there', () => {
  assert.equal(rangeEndLines(DEFAULT_WEIGHTS), '');
  assert.equal(
    rangeEndLines({ kvOverlapWeight: 2, loadBalanceWeight: 0, routerTemperature: 0.1 }),
    'The best overlap weight is at the end of what serve accepts (2).\n' +
      'The best load balance weight is at the end of what serve accepts (0).\n',
  );
});

test('weights are settings of the server', () => {
  assert.equal(
    environmentLines({ kvOverlapWeight: 2, loadBalanceWeight: 0.25, routerTemperature: 0.05 }),
    'FAKEAI_KV_OVERLAP_WEIGHT=2\nFAKEAI_LOAD_BALANCE_WEIGHT=0.25\n' +
      'FAKEAI_ROUTER_POLICY=smart\nFAKEAI_ROUTER_TEMPERATURE=0.05\n',
  );
});

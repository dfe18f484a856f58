import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { warmUp, warmUpFlag, warmUpRequests } from '../../../lab/experiment/warm-up.ts';

test('a warm-up is a number of requests or a share of all', () => {
  assert.equal(warmUpRequests(warmUp('500'), 12_031), 500);
  assert.equal(warmUpRequests(warmUp('10%'), 12_031), 1203);
  assert.equal(warmUpRequests(warmUp('2.5 %'), 1000), 25);
  assert.equal(warmUpRequests(warmUp('0'), 1000), 0);
  for (const flag of ['500', '10%', '2.5%']) assert.equal(warmUpFlag(warmUp(flag)), flag);
});

for (const text of ['', '-1', '1.5', '100%', '1e3', 'all']) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => warmUp(text), InvalidArgumentError);
  });
}

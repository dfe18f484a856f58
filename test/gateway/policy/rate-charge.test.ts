import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BucketStore, Levels } from '../../../gateway/policy/bucket-store.ts';
import { MemoryBuckets } from '../../../gateway/policy/memory-buckets.ts';
import { RateCharge } from '../../../gateway/policy/rate-charge.ts';
import { RateLimits } from '../../../gateway/policy/rate-limits.ts';
import { ApiError } from '../../../shared/errors.ts';

const PER_MINUTE = { requests: 3, tokens: 600 };

/** Limits whose time stands still, and what is in the one bucket pair that is used. */
function rig() {
  const store = new MemoryBuckets({ perMinute: PER_MINUTE, maxKeys: 10, nowUs: () => 0 });
  const limits = new RateLimits(PER_MINUTE, store, true);
  const left = () => {
    const { requests, tokens } = store.take('anonymous', { requests: 0, tokens: 0 });
    return [requests, tokens];
  };
  return { limits, left, charge: () => new RateCharge(limits, 'anonymous') };
}

function takeRequest(charge: RateCharge): void {
  assert.equal(charge.takeRequest(), undefined);
}

function takeTokens(charge: RateCharge, tokens: number): void {
  assert.equal(charge.takeTokens(tokens), undefined);
}

function refusalOf(outcome: unknown): ApiError {
  assert.ok(outcome instanceof ApiError);
  return outcome;
}

describe('a charge', () => {
  it('takes the request, then what it may cost, and in the end what it has cost', () => {
    const { charge, left } = rig();
    const first = charge();
    assert.equal(first.takeRequest(), undefined);
    assert.equal(first.takeTokens(500), undefined);
    assert.deepEqual(left(), [2, 100]);
    first.settle(120);
    first.ended(200);
    assert.deepEqual(left(), [2, 480]);
    const second = charge();
    takeRequest(second);
    takeTokens(second, 10);
    second.settle(1000);
    assert.deepEqual(left(), [1, -520], 'an answer may be longer than what is left');
  });

  it('is put back whole for an answer that says to come later, and stays for any other', () => {
    for (const [status, requests] of [
      [429, 3],
      [503, 3],
      [400, 2],
      [500, 2],
    ] as const) {
      const { charge, left } = rig();
      const each = charge();
      takeRequest(each);
      takeTokens(each, 100);
      each.ended(status);
      each.settle(0);
      each.ended(status);
      assert.deepEqual(left(), [requests, 600], `${status}`);
    }
  });
});

describe('a charge that is too much', () => {
  it('takes nothing, is counted, and says when there is as much', () => {
    const { limits, charge, left } = rig();
    const first = charge();
    takeRequest(first);
    takeTokens(first, 590);
    const tokens = refusalOf(charge().takeTokens(20));
    assert.deepEqual(
      [tokens.status, tokens.type, tokens.code],
      [429, 'tokens', 'rate_limit_exceeded'],
    );
    assert.deepEqual(tokens.headers, [
      ['retry-after', '1'],
      ['retry-after-ms', '1000'],
    ]);
    assert.match(tokens.message, /tokens per minute: limit 600, used 590, requested 20/);
    takeRequest(charge());
    takeRequest(charge());
    const requests = refusalOf(charge().takeRequest());
    assert.equal(requests.type, 'requests');
    assert.deepEqual(requests.headers, [
      ['retry-after', '20'],
      ['retry-after-ms', '20000'],
    ]);
    assert.deepEqual(left(), [0, 10]);
    assert.deepEqual([limits.refused('requests'), limits.refused('tokens')], [1, 1]);
  });

  it('for any minute is told not to come again', () => {
    const { limits, charge, left } = rig();
    const refusal = refusalOf(charge().takeTokens(601));
    assert.deepEqual(
      [refusal.status, refusal.type, refusal.code],
      [429, 'tokens', 'rate_limit_exceeded'],
    );
    assert.deepEqual(refusal.headers, [['x-should-retry', 'false']]);
    assert.deepEqual(left(), [3, 600]);
    assert.equal(limits.refused('tokens'), 1);
    assert.equal(charge().takeTokens(600), undefined, 'as many as there are fit');
  });
});

describe('the headers of a charge', () => {
  it('say what is left, and when all of it will be there again', () => {
    const { charge } = rig();
    const each = charge();
    assert.equal(each.headerLines, '', 'nothing before it is known');
    takeRequest(each);
    takeTokens(each, 61);
    assert.deepEqual(each.headerLines.split('\r\n').slice(1), [
      'x-ratelimit-limit-requests: 3',
      'x-ratelimit-limit-tokens: 600',
      'x-ratelimit-remaining-requests: 2',
      'x-ratelimit-remaining-tokens: 539',
      'x-ratelimit-reset-requests: 20s',
      'x-ratelimit-reset-tokens: 6.1s',
    ]);
    each.settle(1000);
    const later = charge();
    takeRequest(later);
    assert.match(later.headerLines, /remaining-tokens: 0\r\n/);
    assert.match(later.headerLines, /reset-tokens: 1m40s/);
  });
});

describe('the buckets of a charge', () => {
  it('are those of its key', () => {
    const { limits, left } = rig();
    takeRequest(new RateCharge(limits, 'one'));
    assert.deepEqual(left(), [3, 600]);
  });

  it('may be elsewhere, and nothing is taken where nobody knows them', async () => {
    const added: unknown[] = [];
    let levels: Levels | undefined = { isTaken: true, requests: 1, tokens: 2 };
    const store: BucketStore = {
      failures: 0,
      take: () => Promise.resolve(levels),
      add: (_, amounts) => added.push(amounts),
    };
    const limits = new RateLimits(PER_MINUTE, store, true);
    const known = new RateCharge(limits, 'anonymous');
    assert.equal(await known.takeTokens(5), undefined);
    assert.match(known.headerLines, /remaining-requests: 1\r\nx-ratelimit-remaining-tokens: 2\r\n/);
    known.settle(0);
    assert.deepEqual(added.splice(0), [{ requests: 0, tokens: 5 }]);
    levels = { isTaken: false, requests: 1, tokens: 2 };
    assert.equal(refusalOf(await known.takeTokens(5)).type, 'tokens');
    levels = undefined;
    const unknown = new RateCharge(limits, 'anonymous');
    assert.equal(await unknown.takeRequest(), undefined);
    assert.equal(unknown.headerLines, '');
    unknown.ended(503);
    unknown.settle(0);
    assert.deepEqual(added, []);
    const closed = new RateCharge(new RateLimits(PER_MINUTE, store, false), 'anonymous');
    assert.equal(refusalOf(await closed.takeRequest()).status, 503);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillUs, TokenBucket } from '../../../gateway/policy/token-bucket.ts';
import { fc } from '../../support/property.ts';

const STEPS = fc.array(
  fc.record({ afterUs: fc.nat(20e6), count: fc.integer({ min: 1, max: 50 }) }),
  { minLength: 1, maxLength: 40 },
);

describe('a bucket', () => {
  it('is full at first, holds a minute, and fills up in one', () => {
    const bucket = new TokenBucket(60, 5);
    assert.equal(bucket.level(5), 60);
    bucket.add(-60, 5);
    assert.equal(bucket.level(5), 0);
    assert.equal(bucket.level(5 + 1e6), 1);
    assert.equal(bucket.level(5 + 60e6), 60);
    assert.equal(bucket.level(5 + 600e6), 60);
  });

  it('may be overdrawn, and is full for nobody who puts too much back', () => {
    const bucket = new TokenBucket(60, 0);
    bucket.add(-90, 0);
    assert.equal(bucket.level(0), -30);
    assert.equal(bucket.level(30e6), 0);
    bucket.add(1000, 30e6);
    assert.equal(bucket.level(30e6), 60);
  });

  it('never gives more than it held and what time has brought, from any moment on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), STEPS, (perMinute, steps) => {
        const bucket = new TokenBucket(perMinute, 0);
        const taken: { readonly atUs: number; readonly count: number }[] = [];
        let nowUs = 0;
        for (const { afterUs, count } of steps) {
          nowUs += afterUs;
          if (bucket.level(nowUs) < count) continue;
          bucket.add(-count, nowUs);
          taken.push({ atUs: nowUs, count });
        }
        for (const [from, { atUs }] of taken.entries()) {
          let sum = 0;
          for (const each of taken.slice(from)) {
            sum += each.count;
            const brought = ((each.atUs - atUs) * perMinute) / 60e6;
            assert.ok(sum <= perMinute + brought + 1e-6);
          }
        }
      }),
    );
  });

  it('holds what is wanted after the time that is said, and not before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.nat(1000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (perMinute, used, share) => {
          const bucket = new TokenBucket(perMinute, 0);
          bucket.add(-used, 0);
          const wanted = share * perMinute;
          const waitUs = fillUs(bucket.level(0), wanted, perMinute);
          assert.ok(waitUs === 0 || new TokenBucketAt(perMinute, used).level(waitUs / 2) < wanted);
          assert.ok(bucket.level(waitUs) >= wanted - 1e-6);
        },
      ),
    );
  });
});

/** A bucket of which so much was used at the start. */
class TokenBucketAt extends TokenBucket {
  constructor(perMinute: number, used: number) {
    super(perMinute, 0);
    this.add(-used, 0);
  }
}

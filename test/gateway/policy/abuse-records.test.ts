import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AbuseRecords, type Offence } from '../../../gateway/policy/abuse-records.ts';

const MINUTE_US = 60e6;
const HOUR_US = 60 * MINUTE_US;
const KEPT_US = HOUR_US;

/** Notes so many offences of `a`, and says for how many minutes it is banned then. */
function bannedMinutes(records: AbuseRecords, offence: Offence, count: number, nowUs = 0): number {
  for (let at = 0; at < count; at++) records.note('a', offence, nowUs);
  return records.bannedUs('a', nowUs) / MINUTE_US;
}

describe('an address', () => {
  it('is banned after so many offences of a kind, for so long, and no other with it', () => {
    const rules: readonly (readonly [Offence, number, number])[] = [
      ['wrongKey', 5, 5],
      ['rateLimit', 20, 5],
      ['injection', 3, 60],
      ['invalidInput', 10, 5],
    ];
    for (const [offence, count, minutes] of rules) {
      const records = new AbuseRecords(KEPT_US);
      assert.equal(bannedMinutes(records, offence, count - 1), 0, offence);
      assert.equal(bannedMinutes(records, offence, 1), minutes, offence);
      assert.equal(records.bannedUs('b', 0), 0);
      assert.equal(records.bannedUs('a', (minutes - 1) * MINUTE_US), MINUTE_US);
      assert.equal(records.bannedUs('a', minutes * MINUTE_US), 0);
      assert.equal(records.bans, 1);
    }
  });

  it('is banned for longer the more it does in all, but for rate limits', () => {
    const records = new AbuseRecords(KEPT_US);
    let nowUs = 0;
    const minutesOf = (count: number) => {
      nowUs += 25 * HOUR_US;
      return bannedMinutes(records, 'invalidInput', count, nowUs);
    };
    assert.deepEqual([minutesOf(10), minutesOf(19), minutesOf(1)], [5, 0, 60]);
    assert.deepEqual([minutesOf(19), minutesOf(1), minutesOf(1)], [0, 24 * 60, 24 * 60]);
    const limited = new AbuseRecords(KEPT_US);
    for (let at = 0; at < 10; at++) assert.equal(bannedMinutes(limited, 'rateLimit', 20), 5);
  });

  it('starts anew with a kind that it was banned for', () => {
    const records = new AbuseRecords(KEPT_US);
    bannedMinutes(records, 'wrongKey', 5);
    assert.equal(bannedMinutes(records, 'wrongKey', 4, HOUR_US), 0);
    assert.equal(bannedMinutes(records, 'wrongKey', 1, HOUR_US), 5);
  });
});

describe('the records', () => {
  it('of those who have done nothing for a while, and are not banned, go in a sweep', () => {
    const records = new AbuseRecords(KEPT_US);
    for (let at = 0; at < 5000; at++) records.note(`old-${at}`, 'wrongKey', 0);
    records.note('recent', 'wrongKey', 1);
    for (let at = 0; at < 50; at++) records.note('banned', 'injection', 0);
    const slice = records.sweep(KEPT_US);
    assert.equal(slice(), false, 'it takes several turns');
    while (!slice());
    assert.equal(records.size, 2);
    const again = records.sweep(25 * HOUR_US);
    while (!again());
    assert.equal(records.size, 0);
  });

  it('are at most 100,000, of which the least recently seen is forgotten', () => {
    const records = new AbuseRecords(KEPT_US);
    for (let at = 0; at < 3; at++) records.note('first', 'injection', 0);
    for (let at = 0; at < 100_000; at++) records.note(String(at), 'wrongKey', 0);
    assert.equal(records.size, 100_000);
    assert.equal(records.bannedUs('first', 0), 0);
  });
});

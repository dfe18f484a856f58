import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RedisBuckets } from '../../../gateway/policy/redis-buckets.ts';
import { eventually } from '../../support/eventually.ts';
import { NO_REDIS, RedisServer } from '../../support/redis-server.ts';

const PER_MINUTE = { requests: 6, tokens: 600 };
const NOTHING = { requests: 0, tokens: 0 };

let redis: RedisServer;
/** What the buckets under test have said of the connection. */
const said: string[] = [];
let one: RedisBuckets;
let other: RedisBuckets;

const connect = () =>
  RedisBuckets.connect({
    url: redis.url,
    perMinute: PER_MINUTE,
    onDown: () => said.push('down'),
    onUp: () => said.push('up'),
  });
before(async () => {
  if (NO_REDIS !== undefined) return;
  redis = await RedisServer.start();
  one = await connect();
  other = await connect();
});
after(async () => {
  if (NO_REDIS !== undefined) return;
  one.close();
  other.close();
  await redis.kill();
});

describe('buckets in Redis', { skip: NO_REDIS }, () => {
  it('are shared: what one server takes or puts back the other sees, as in memory', async () => {
    const first = await one.take('a', { requests: 1, tokens: 590 });
    assert.deepEqual([first?.isTaken, first?.requests, first?.tokens], [true, 5, 10]);
    const second = await other.take('a', { requests: 1, tokens: 300 });
    assert.equal(second?.isTaken, false);
    assert.ok(second.requests >= 5 && second.requests < 6, 'and nothing is taken');
    one.add('a', { requests: 0, tokens: -2000 });
    const overdrawn = await other.take('a', { requests: 1, tokens: 0 });
    assert.ok(overdrawn?.isTaken, 'no tokens are wanted');
    assert.ok(overdrawn.tokens < 0);
    other.add('a', { requests: 100, tokens: 10_000 });
    const full = await one.take('a', NOTHING);
    assert.deepEqual([full?.requests, full?.tokens], [6, 600], 'never more than a minute brings');
    assert.deepEqual((await one.take('b', NOTHING))?.tokens, 600);
  });

  it('do not give what is there once to several who ask at the same time', async () => {
    const startMs = Date.now();
    const asked = Array.from({ length: 100 }, (_, at) =>
      (at % 2 === 0 ? one : other).take('many', { requests: 1, tokens: 0 }),
    );
    const answers = await Promise.all(asked);
    const taken = answers.filter((each) => each?.isTaken).length;
    const brought = ((Date.now() - startMs) * PER_MINUTE.requests) / 60_000;
    assert.ok(taken >= 6 && taken <= 6 + brought, `${taken}`);
  });

  it('keep nothing of a key that is full again, and know their script when Redis has lost it', async () => {
    await one.take('kept', { requests: 3, tokens: 600 });
    const ttlMs = Number((await redis.ask('PTTL', 'fakeai:rate-limit:kept')).slice(1));
    assert.ok(ttlMs > 0 && ttlMs <= 61_000);
    assert.equal(await redis.ask('SCRIPT', 'FLUSH'), '+OK');
    assert.equal((await one.take('kept', NOTHING))?.isTaken, true);
    assert.deepEqual(said, []);
  });
});

describe('buckets in Redis, which is not there', { skip: NO_REDIS }, () => {
  it('are unknown while Redis is gone, said once, and known again when it is back', async () => {
    await redis.kill();
    for (let at = 0; at < 3; at++) assert.equal(await one.take('c', NOTHING), undefined);
    one.add('c', { requests: 1, tokens: 0 });
    assert.ok(one.failures >= 3);
    assert.deepEqual(said, ['down', 'down'], 'once for each server');
    await redis.startAgain();
    await eventually('both are connected again', () => said.length === 4);
    assert.deepEqual(said.splice(0), ['down', 'down', 'up', 'up']);
    assert.equal((await one.take('c', NOTHING))?.tokens, 600);
  });

  it('are unknown while Redis hangs, for which nobody waits but the first', async () => {
    redis.hang();
    assert.equal(await one.take('d', NOTHING), undefined);
    const failures = one.failures;
    const answers = await Promise.all(Array.from({ length: 50 }, () => one.take('d', NOTHING)));
    assert.ok(answers.every((each) => each === undefined));
    assert.equal(one.failures, failures + 50);
    redis.goOn();
    let known = false;
    await eventually('it answers again', () => {
      void one.take('d', NOTHING).then((levels) => {
        known ||= levels !== undefined;
      });
      return known;
    });
    assert.deepEqual(said.splice(0), ['down', 'up']);
  });
});

it('a URL that is none stops the start, and is not shown', async () => {
  const perMinute = PER_MINUTE;
  const nothing = () => {};
  const wrong = { url: 'redis://:secret@[bad', perMinute, onDown: nothing, onUp: nothing };
  await assert.rejects(RedisBuckets.connect(wrong), /^Error: the URL of the Redis is not a URL$/);
});

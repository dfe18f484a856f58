import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LatencyConfig } from '../../../shared/latency-config.ts';
import { constantLatency, hashesOf } from '../../support/sequences.ts';
import { WorkerRig } from '../../support/worker-rig.ts';

/** Steps of 10 us per prompt token computed in it, and 100 us if anybody decodes. */
const PER_TOKEN: LatencyConfig = {
  kind: 'linear',
  prefillOverheadUs: 0,
  prefillUsPerToken: 10,
  prefillDeviationPercent: 0,
  itlUs: 100,
  itlDeviationPercent: 0,
  loadFactor: 1,
};

const batched = (
  changes: ConstructorParameters<typeof WorkerRig>[0] = {},
  maxEqualSteps?: number,
): WorkerRig =>
  new WorkerRig(
    { scheduler: 'batched', latency: PER_TOKEN, numBlocks: 256, ...changes },
    maxEqualSteps === undefined ? {} : { maxEqualSteps },
  );

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, at) => time - times[at]!);
}

describe('steps', () => {
  test('the prefill is a step of its own, and each further token one of decode', () => {
    const rig = batched();
    rig.submit(1, { arrivedUs: 7 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [87, 187, 287, 387]);
    assert.deepEqual(rig.end(1), ['finished', 387]);
  });

  test('sequences that run together get their tokens together', () => {
    const rig = batched();
    rig.submit(1, { outputTokens: 3 });
    rig.submit(2, { outputTokens: 3 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [160, 260, 360]);
    assert.deepEqual(rig.tokens(2), rig.tokens(1));
  });

  test('a prefill delays the tokens of those that decode, since they share the step', () => {
    const rig = batched();
    rig.submit(1, { outputTokens: 4 });
    rig.submit(2, { arrivedUs: 130, promptTokens: 20, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [80, 180, 480, 580]);
    assert.deepEqual(rig.tokens(2), [480]);
    assert.equal(rig.started.get(2)?.queuedUs, 50);
  });

  test('a step holds nothing that arrived after it began, and all that arrived as it began', () => {
    const rig = batched();
    rig.submit(1, { outputTokens: 4 });
    rig.submit(2, { arrivedUs: 180, outputTokens: 1 });
    rig.submit(3, { arrivedUs: 181, outputTokens: 1 });
    rig.drain();
    assert.equal(rig.started.get(2)?.queuedUs, 0);
    assert.equal(rig.started.get(3)?.queuedUs, 360 - 181);
  });

  test('a worker that has been idle begins with the next arrival', () => {
    const rig = batched();
    rig.submit(1);
    rig.drain();
    rig.submit(2, { arrivedUs: 90_000, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(2), [90_080]);
  });

  test('each report foretells when the step under way ends, and the prefill that is done by then', () => {
    const rig = batched({ maxNumBatchedTokens: 64 }, 1);
    rig.submit(1, { arrivedUs: 0, promptTokens: 150, outputTokens: 6 });
    rig.submit(2, { arrivedUs: 900, promptTokens: 70, outputTokens: 3 });
    rig.drain();
    assert.ok(rig.loads.length > 6);
    for (const [at, load] of rig.loads.slice(0, -1).entries()) {
      const next = rig.batches[at + 1]!;
      assert.equal(rig.batches[at]!.endUs + load.stepLeftUs, next.endUs);
      assert.equal(load.stepLengthUs, next.stepUs);
    }
    const done = rig.loads.map(({ stepPrefillTokens }) => stepPrefillTokens);
    assert.deepEqual(done.slice(0, 2), [64, 22 + 42]);
    assert.deepEqual([rig.load.stepLeftUs, rig.load.stepPrefillTokens], [0, 0]);
  });

  test('an idle worker has nothing to wake up for', () => {
    assert.equal(batched().worker.nextWakeUs(), Number.POSITIVE_INFINITY);
  });
});

describe('the token budget', () => {
  test('cuts a long prompt into chunks, which take together what it takes in one', () => {
    const rig = batched({ maxNumBatchedTokens: 32 });
    rig.submit(1, { promptTokens: 80, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [800]);
    assert.deepEqual(
      rig.kv.map((event) => event.split('@')[1]),
      [...Array(8).fill('320'), ...Array(8).fill('640'), ...Array(4).fill('800')],
    );
  });

  test('bounds how long a prefill can delay the tokens of others', () => {
    const delayOf = (maxNumBatchedTokens: number): number => {
      const rig = batched({ maxNumBatchedTokens });
      rig.submit(1, { outputTokens: 30 });
      rig.submit(2, { arrivedUs: 300, promptTokens: 400, outputTokens: 1 });
      rig.drain();
      return Math.max(...gaps(rig.tokens(1)));
    };
    assert.equal(delayOf(1000), 4100);
    assert.equal(delayOf(33), 100 + 32 * 10);
  });

  test('serves running sequences before it admits others', () => {
    const rig = batched({ maxNumBatchedTokens: 8 });
    rig.submit(1, { outputTokens: 30 });
    rig.submit(2, { promptTokens: 70, outputTokens: 2, arrivedUs: 90 });
    rig.submit(3, { promptTokens: 8, outputTokens: 2, arrivedUs: 95 });
    rig.drain();
    assert.ok(Math.max(...gaps(rig.tokens(1))) <= 100 + 7 * 10);
    assert.ok(rig.tokens(3)[0]! > rig.tokens(2)[0]!);
  });

  test('below the number of running sequences lets the first ones go first', () => {
    const rig = batched({ maxNumBatchedTokens: 2, latency: constantLatency(0, 100) });
    for (let request = 1; request <= 4; request++) {
      rig.submit(request, { promptTokens: 1, outputTokens: 5 });
    }
    rig.drain();
    const ends = [1, 2, 3, 4].map((request) => rig.end(request)![1]);
    assert.equal(ends[0], ends[1]);
    assert.ok(ends[2]! >= ends[1]! + 300);
  });
});

describe('admission', () => {
  test('is by priority, then by arrival, while slots last', () => {
    const rig = batched({ maxNumSeqs: 1 });
    for (const [index, priority] of [0, 5, -1, 5, 0].entries()) {
      rig.submit(index + 1, { arrivedUs: index, priority, outputTokens: 1 });
    }
    rig.drain();
    const order = rig.effects.filter((e) => e.what === 'token').map((e) => e.request);
    assert.deepEqual(order, [1, 3, 5, 2, 4]);
  });

  test('is not passed by a shorter one behind a sequence that has no room yet', () => {
    const rig = batched({ numBlocks: 8, prefixCaching: false });
    rig.submit(1, { promptTokens: 16, outputTokens: 5 });
    rig.submit(2, { promptTokens: 24, outputTokens: 1, arrivedUs: 5 });
    rig.submit(3, { promptTokens: 4, outputTokens: 1, arrivedUs: 6 });
    rig.drain();
    assert.ok(rig.tokens(3)[0]! >= rig.tokens(2)[0]!);
    assert.ok(rig.tokens(2)[0]! > rig.end(1)![1]);
  });

  test('finds the prefix that the step before has computed', () => {
    const rig = batched();
    const hashes = hashesOf(4, [1, 40]);
    rig.submit(1, { promptTokens: 16, outputTokens: 9, hashes });
    rig.submit(2, { promptTokens: 16, outputTokens: 9, hashes, arrivedUs: 100 });
    rig.drain();
    assert.equal(rig.started.get(2)?.cachedTokens, 12);
  });

  test('finds the prefix that this step computes, and waits for no other one', () => {
    const rig = batched({ maxNumBatchedTokens: 64 });
    const hashes = hashesOf(4, [1, 40]);
    rig.submit(1, { promptTokens: 16, outputTokens: 1, hashes });
    rig.submit(2, { promptTokens: 23, outputTokens: 1, hashes });
    rig.submit(3, { promptTokens: 22, outputTokens: 1, hashes });
    rig.drain();
    const cached = [1, 2, 3].map((request) => rig.started.get(request)?.cachedTokens);
    assert.deepEqual(cached, [0, 16, 20]);
    assert.deepEqual(
      [1, 2, 3].map((request) => rig.tokens(request)[0]),
      Array(3).fill(250),
    );
    assert.equal(rig.kv.length, 5);
  });

  test('finds each chunk of a long prompt in the step that computes it', () => {
    const rig = batched({ maxNumBatchedTokens: 32 });
    const hashes = hashesOf(4, [1, 64]);
    rig.submit(1, { promptTokens: 40, outputTokens: 1, hashes });
    rig.submit(2, { promptTokens: 46, outputTokens: 1, hashes });
    rig.drain();
    assert.equal(rig.started.get(2)?.cachedTokens, 40);
    assert.equal(rig.started.get(2)?.queuedUs, 320);
    assert.deepEqual(rig.tokens(2), [320 + 80 + 60]);
  });

  test('of siblings follows the first token, and costs what is left of the prompt', () => {
    const rig = batched();
    const hashes = hashesOf(4, [1, 12]);
    rig.submit(1, { promptTokens: 10, outputTokens: 3, hashes });
    rig.submit(2, { promptTokens: 10, outputTokens: 3, hashes, siblingOf: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [100, 220, 320]);
    assert.deepEqual(rig.tokens(2), [220, 320, 420]);
    assert.equal(rig.started.get(2)?.cachedTokens, 8);
  });
});

describe('a cancel', () => {
  test('of a running sequence takes effect when its step ends, without a token', () => {
    const rig = batched();
    rig.submit(1, { outputTokens: 9 });
    rig.submit(2, { outputTokens: 9 });
    rig.runUntil(160);
    rig.cancel(1, 200);
    rig.cancel(1, 201);
    rig.drain();
    assert.deepEqual(rig.tokens(1), [160]);
    assert.deepEqual(rig.end(1), ['cancelled', 260]);
    assert.equal(rig.tokens(2).length, 9);
  });

  test('lets the step finish what others share of it, and what comes later find', () => {
    const rig = batched({ maxNumBatchedTokens: 64 });
    const hashes = hashesOf(4, [1, 40]);
    const prompt = { promptTokens: 22, outputTokens: 1, hashes };
    rig.submit(1, prompt);
    rig.submit(2, prompt);
    rig.cancel(1, 100);
    rig.drain();
    assert.deepEqual(rig.end(1), ['cancelled', 240]);
    assert.equal(rig.started.get(2)?.cachedTokens, 20);
    assert.deepEqual(rig.tokens(2), [240]);
    assert.deepEqual(
      rig.kv.map((event) => event.split('@')[1]),
      Array(5).fill('240'),
    );
  });

  test('of a waiting sequence takes effect at once', () => {
    const rig = batched({ maxNumSeqs: 1 });
    rig.submit(1, { outputTokens: 9 });
    rig.submit(2, { arrivedUs: 10 });
    rig.cancel(2, 120);
    rig.runUntil(120);
    assert.deepEqual(rig.end(2), ['cancelled', 120]);
    rig.drain();
    assert.deepEqual(gaps(rig.tokens(1)), Array(8).fill(100));
  });

  test('of a held sibling takes effect at once', () => {
    const rig = batched();
    rig.submit(1, { outputTokens: 2 });
    rig.submit(2, { siblingOf: 1, outputTokens: 2 });
    rig.cancel(2, 10);
    rig.drain();
    assert.deepEqual(rig.end(2), ['cancelled', 10]);
    assert.deepEqual(rig.tokens(1), [80, 180]);
  });

  test('of the sequence that others share a prefill with lets them begin on their own', () => {
    const rig = batched();
    rig.submit(1);
    rig.submit(2, { siblingOf: 1, outputTokens: 1 });
    rig.cancel(1, 10);
    rig.drain();
    assert.deepEqual(rig.end(1), ['cancelled', 80]);
    assert.deepEqual(rig.tokens(2), [160]);
  });
});

describe('equal steps', () => {
  test('are one batch up to the end of a block or a sequence, with a row for all of them', () => {
    const rig = batched();
    rig.submit(1, { promptTokens: 8, outputTokens: 10 });
    rig.drain();
    // Block 2 takes tokens 9 to 12, of which the first is scheduled with the step that follows.
    assert.deepEqual(
      rig.batches.map(({ endUs, steps }) => [endUs, steps]),
      [
        [80, 1],
        [480, 4],
        [880, 4],
        [980, 1],
      ],
    );
    assert.deepEqual(gaps(rig.tokens(1)), Array(9).fill(100));
  });

  test('end before something may come from outside', () => {
    const rig = batched({ blockSize: 64 });
    rig.submit(1, { outputTokens: 30 });
    rig.advance(0, 480);
    rig.advance(80, 480);
    assert.equal(rig.worker.nextWakeUs(), 380);
    rig.advance(380, 481);
    assert.equal(rig.worker.nextWakeUs(), 480);
  });

  test('are cut short by what comes from outside, at the end of the step that it falls into', () => {
    const rig = batched({ blockSize: 64 });
    rig.submit(1, { outputTokens: 30 });
    rig.step();
    rig.step();
    assert.equal(rig.worker.nextWakeUs(), 80 + 29 * 100);
    rig.submit(2, { arrivedUs: 481, outputTokens: 1 });
    assert.equal(rig.worker.nextWakeUs(), 580);
    rig.drain();
    assert.deepEqual(rig.tokens(2), [760]);
    assert.deepEqual(gaps(rig.tokens(1)), [100, 100, 100, 100, 100, 180, ...Array(23).fill(100)]);
  });

  test('are cut short by a cancel, too', () => {
    const rig = batched({ blockSize: 64 });
    rig.submit(1, { outputTokens: 30 });
    rig.submit(2, { outputTokens: 30, arrivedUs: 90 });
    rig.cancel(1, 600);
    rig.runUntil(660);
    // Of the equal steps since its last token nobody has heard who could miss them.
    assert.deepEqual(rig.tokens(1), [80, 180, 360]);
    assert.deepEqual(rig.end(1), ['cancelled', 660]);
  });

  test('do not begin with the step that lets a preempted sequence in again', () => {
    const rig = batched({ numBlocks: 5, latency: constantLatency(1000, 100, 0.5) });
    rig.submit(1, { promptTokens: 5, outputTokens: 5 });
    rig.submit(2, { promptTokens: 5, outputTokens: 2 });
    rig.submit(3, { promptTokens: 4, outputTokens: 4 });
    rig.drain();
    // The third one finds no block for its second token. All it had is cached when it comes back,
    // so that it decodes at once, in a step that costs the start of a prefill.
    assert.equal(rig.load.preemptions, 1);
    assert.deepEqual(rig.tokens(1), [3000, 3100, 3700, 3800, 3900]);
    assert.deepEqual(rig.tokens(3), [3000, 3700, 3800, 3900]);
  });

  test('are taken one by one when asked to', () => {
    const rig = batched({}, 1);
    rig.submit(1, { outputTokens: 20 });
    rig.drain();
    assert.ok(rig.batches.every(({ steps }) => steps === 1));
    assert.equal(rig.batches.length, 20);
  });
});

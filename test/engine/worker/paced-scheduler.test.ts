import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SimulatedWorker } from '../../../engine/worker/worker.ts';
import { workerId } from '../../../shared/ids.ts';
import { LATENCY_PROFILE_NAMES } from '../../../shared/latency-profiles.ts';
import { EventBatch } from '../../../shared/protocol.ts';
import {
  constantLatency,
  hashesOf,
  submitWith,
  workerConfigWith,
} from '../../support/sequences.ts';
import { WorkerRig } from '../../support/worker-rig.ts';

/** TTFT 1000 us and a gap of 100 us, unless a test says otherwise. */
const paced = (changes: ConstructorParameters<typeof WorkerRig>[0] = {}): WorkerRig =>
  new WorkerRig({ scheduler: 'paced', ...changes });

describe('token times', () => {
  test('the first token comes a TTFT after the arrival, each other one a gap after the last', () => {
    const rig = paced();
    rig.submit(1, { arrivedUs: 50 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [1050, 1150, 1250, 1350]);
    assert.deepEqual(rig.end(1), ['finished', 1350]);
    assert.deepEqual(rig.started.get(1), { cachedTokens: 0, queuedUs: 0 });
  });

  test('sequences run side by side, each on its own clock', () => {
    const rig = paced();
    rig.submit(1, { arrivedUs: 0, outputTokens: 2 });
    rig.submit(2, { arrivedUs: 30, outputTokens: 2 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [1000, 1100]);
    assert.deepEqual(rig.tokens(2), [1030, 1130]);
  });

  for (const [latency, times] of [
    [constantLatency(0, 0), [7, 7, 7, 7]],
    [constantLatency(500, 0), [507, 507, 507, 507]],
    [constantLatency(0, 300), [7, 307, 607, 907]],
    [constantLatency(400.4, 1.5), [407, 409, 411, 413]],
  ] as const) {
    const { ttftUs, itlUs } = latency;
    test(`a TTFT of ${ttftUs} us and a gap of ${itlUs} us are kept`, () => {
      const rig = paced({ latency });
      rig.submit(1, { arrivedUs: 7 });
      rig.drain();
      assert.deepEqual(rig.tokens(1), times);
    });
  }

  test('an answer of one token ends with it', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [1000]);
    assert.deepEqual(rig.end(1), ['finished', 1000]);
  });

  test('draws come from the sequence itself, whatever else runs', () => {
    const latency = {
      ...constantLatency(1000, 100),
      ttftVariancePercent: 50,
      itlVariancePercent: 50,
    };
    const alone = paced({ latency });
    alone.submit(1, { seed: 99 });
    alone.drain();
    const crowded = paced({ latency });
    for (let request = 2; request < 6; request++) crowded.submit(request);
    crowded.submit(1, { seed: 99 });
    crowded.drain();
    assert.deepEqual(crowded.tokens(1), alone.tokens(1));
    assert.notDeepEqual(crowded.tokens(2), alone.tokens(1));
  });

  test('a sequence that names a profile runs by it', () => {
    const rig = paced({ numBlocks: 1000 });
    rig.submit(1, { profile: LATENCY_PROFILE_NAMES.indexOf('dynamo-mocker') + 1, outputTokens: 2 });
    rig.submit(2, { outputTokens: 2 });
    rig.drain();
    assert.ok(rig.tokens(1)[0]! > 20_000);
    assert.deepEqual(rig.tokens(2), [1000, 1100]);
  });

  test('prompt-cache hits of the API shorten the prefill by their scale', () => {
    const rig = paced({ latency: constantLatency(1000, 100, 0.2) });
    rig.submit(1, { prefillScale: 0.5, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [600]);
  });
});

describe('a late worker', () => {
  /** Submits one sequence, due at 1000, 1100, 1200, 1300, and advances at these times only. */
  function advanceAt(...times: number[]): { late: number[]; wakes: number[] } {
    const worker = new SimulatedWorker(workerId(0), workerConfigWith());
    const batch = new EventBatch(workerId(0));
    const late: number[] = [];
    const wakes: number[] = [];
    worker.submit(submitWith(1));
    for (const nowUs of times) {
      worker.advance(nowUs, nowUs + 1, batch);
      for (let i = 0; i < batch.tokens.length; i += 3) late.push(batch.tokens.at(i + 2));
      wakes.push(worker.nextWakeUs());
    }
    return { late, wakes };
  }

  test('catches up: each token says how late it is, and the next one is due as ever', () => {
    const { late, wakes } = advanceAt(0, 1130, 1290, 1300);
    assert.deepEqual(late, [130, 30, 90, 0]);
    assert.deepEqual(wakes, [1000, 1200, 1300, Number.POSITIVE_INFINITY]);
  });

  test('does in one call what was due in many', () => {
    const { late } = advanceAt(5000);
    assert.deepEqual(late, [4000, 3900, 3800, 3700]);
  });

  test('reports as its lateness that of the last effect', () => {
    const worker = new SimulatedWorker(workerId(0), workerConfigWith());
    const batch = new EventBatch(workerId(0));
    worker.submit(submitWith(1));
    worker.advance(1150, 1151, batch);
    assert.equal(batch.endUs, 1100);
    assert.equal(batch.load.latenessUs, 50);
  });
});

describe('queueing', () => {
  test('a sequence beyond max_num_seqs waits for a slot, and its TTFT begins there', () => {
    const rig = paced({ maxNumSeqs: 1 });
    rig.submit(1, { arrivedUs: 0, outputTokens: 3 });
    rig.submit(2, { arrivedUs: 100, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.end(1), ['finished', 1200]);
    assert.deepEqual(rig.tokens(2), [2200]);
    assert.equal(rig.started.get(2)?.queuedUs, 1100);
    assert.ok(rig.loads.every((load) => load.running <= 1));
  });

  test('a sequence that has room only for what it does not share is admitted with the other one', () => {
    const rig = paced({ numBlocks: 4 });
    rig.submit(1, { hashes: hashesOf(4, [1, 8]), outputTokens: 3 });
    rig.submit(2, { hashes: hashesOf(4, [1, 8]), promptTokens: 9, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.end(1), ['finished', 1200]);
    assert.deepEqual(rig.started.get(2), { cachedTokens: 8, queuedUs: 0 });
    assert.deepEqual(rig.tokens(2), [1000]);
  });

  test('a wait of hours is told in full', () => {
    const hourUs = 3600e6;
    const rig = paced({ maxNumSeqs: 1, latency: constantLatency(3 * hourUs, 0) });
    rig.submit(1);
    rig.submit(2);
    rig.drain();
    assert.equal(rig.started.get(2)?.queuedUs, 3 * hourUs);
  });

  test('lower priorities are served first, and equal ones in order of arrival', () => {
    const rig = paced({ maxNumSeqs: 1 });
    const priorities = [0, 5, -1, 5, 0];
    for (const [index, priority] of priorities.entries()) {
      rig.submit(index + 1, { arrivedUs: index, priority, outputTokens: 1 });
    }
    rig.drain();
    const order = rig.effects.filter((e) => e.what === 'token').map((e) => e.request);
    assert.deepEqual(order, [1, 3, 5, 2, 4]);
  });

  test('with no latency at all a queue drains at the instant of its arrival', () => {
    const rig = paced({ maxNumSeqs: 1, latency: constantLatency(0, 0) });
    for (let request = 1; request <= 5; request++) rig.submit(request, { arrivedUs: 9 });
    rig.drain();
    for (let request = 1; request <= 5; request++)
      assert.deepEqual(rig.end(request), ['finished', 9]);
  });

  test('sequences that a late worker takes in together are admitted each at its own time', () => {
    const worker = new SimulatedWorker(workerId(0), workerConfigWith());
    const batch = new EventBatch(workerId(0));
    worker.submit(submitWith(1, { arrivedUs: 50, outputTokens: 1 }));
    worker.submit(submitWith(2, { arrivedUs: 90, outputTokens: 1 }));
    worker.advance(2000, 2001, batch);
    assert.deepEqual([...batch.tokens.view()], [1, 1, 950, 2, 1, 910]);
    assert.deepEqual([...batch.started.view()], [1, 0, 0, 0, 2, 0, 0, 0]);
  });
});

describe('a cancel', () => {
  test('ends a waiting sequence at once', () => {
    const rig = paced({ maxNumSeqs: 1 });
    rig.submit(1);
    rig.submit(2);
    rig.cancel(2, 500);
    rig.runUntil(500);
    assert.deepEqual(rig.end(2), ['cancelled', 500]);
    assert.equal(rig.load.waiting, 0);
    assert.equal(rig.load.waitingBlocks, 0);
    rig.drain();
    assert.deepEqual(rig.tokens(2), []);
    assert.deepEqual(rig.end(1), ['finished', 1300]);
  });

  test('before the first token frees slot and blocks for the next one at once', () => {
    const rig = paced({ maxNumSeqs: 1 });
    rig.submit(1);
    rig.submit(2, { outputTokens: 1 });
    rig.cancel(1, 600);
    rig.drain();
    assert.deepEqual(rig.end(1), ['cancelled', 600]);
    assert.deepEqual(rig.tokens(1), []);
    assert.deepEqual(rig.tokens(2), [1600]);
  });

  test('mid-decode lets no more tokens out and leaves computed blocks cached', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 20 });
    rig.cancel(1, 1250);
    rig.drain();
    assert.deepEqual(rig.tokens(1), [1000, 1100, 1200]);
    assert.deepEqual(rig.end(1), ['cancelled', 1250]);
    assert.equal(rig.load.activeBlocks, 0);
    assert.equal(rig.load.cachedBlocks, 2);
  });

  test('of a sequence that has ended, or never was, does nothing', () => {
    const rig = paced();
    rig.submit(1);
    rig.drain();
    rig.cancel(1, 5000);
    rig.cancel(7, 5000);
    assert.equal(rig.worker.nextWakeUs(), Number.POSITIVE_INFINITY);
    assert.deepEqual(rig.end(1), ['finished', 1300]);
  });

  test('between two tokens is told at its own time', () => {
    const rig = paced();
    rig.submit(1);
    rig.cancel(1, 1050);
    assert.equal(rig.worker.nextWakeUs(), 1050);
    rig.drain();
    assert.deepEqual(rig.end(1), ['cancelled', 1050]);
  });
});

describe('a prefix that is being computed', () => {
  const hashes = hashesOf(4, [1, 24]);

  test('is shared, and whoever shares it gets no token before it is computed', () => {
    const rig = paced();
    rig.submit(1, { promptTokens: 20, outputTokens: 2, hashes });
    rig.submit(2, { promptTokens: 18, outputTokens: 2, hashes, arrivedUs: 500 });
    rig.submit(3, { promptTokens: 24, outputTokens: 2, hashes, arrivedUs: 900 });
    rig.drain();
    assert.equal(rig.started.get(2)?.cachedTokens, 16);
    assert.equal(rig.started.get(3)?.cachedTokens, 20);
    assert.deepEqual(rig.tokens(2), [1000, 1100], 'a ninth of its TTFT alone would be over by 612');
    assert.deepEqual(rig.tokens(3), [1067, 1167], 'a sixth of its TTFT is longer than that');
    assert.deepEqual(
      rig.kv.map((event) => Number(event.split('@')[1])),
      [1000, 1000, 1000, 1000, 1000, 1067],
    );
  });

  test('is computed by those that are left when the one that began it is cancelled', () => {
    const rig = paced();
    rig.submit(1, { promptTokens: 20, hashes });
    rig.submit(2, { promptTokens: 17, outputTokens: 1, hashes, arrivedUs: 100 });
    rig.cancel(1, 300);
    rig.submit(3, { promptTokens: 24, outputTokens: 1, hashes, arrivedUs: 400 });
    rig.drain();
    assert.equal(
      rig.started.get(3)?.cachedTokens,
      16,
      'the fifth block was given up with its owner',
    );
    assert.deepEqual(rig.tokens(2), [1000]);
    assert.deepEqual(rig.tokens(3), [1000]);
    assert.equal(rig.kv.length, 6);
  });

  test('is nobody’s and was never there when all are cancelled that wait for it', () => {
    const rig = paced();
    rig.submit(1, { promptTokens: 20, hashes });
    rig.submit(2, { promptTokens: 20, hashes, arrivedUs: 100 });
    rig.cancel(1, 300);
    rig.cancel(2, 310);
    rig.submit(3, { promptTokens: 20, outputTokens: 1, hashes, arrivedUs: 400 });
    rig.drain();
    assert.equal(rig.started.get(3)?.cachedTokens, 0);
    assert.deepEqual(rig.tokens(3), [1400]);
    assert.deepEqual(
      rig.kv.map((event) => Number(event.split('@')[1])),
      Array(5).fill(1400),
    );
  });
});

describe('siblings', () => {
  test('wait for the prefill that they share and get their first token when it is done', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 9 });
    rig.submit(2, { siblingOf: 1 });
    rig.submit(3, { siblingOf: 1 });
    rig.drain();
    assert.deepEqual(rig.tokens(2), [1000, 1100, 1200, 1300]);
    assert.deepEqual(rig.tokens(3), rig.tokens(2));
    assert.equal(rig.started.get(3)?.queuedUs, 1000);
  });

  test('share the blocks of the prompt', () => {
    const rig = paced();
    const hashes = hashesOf(4, [1, 12]);
    rig.submit(1, { hashes, promptTokens: 10, outputTokens: 2 });
    rig.submit(2, { hashes, promptTokens: 10, outputTokens: 2, siblingOf: 1 });
    rig.drain();
    assert.equal(rig.started.get(2)?.cachedTokens, 8);
  });

  test('count as waiting while they are held', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 9 });
    rig.submit(2, { siblingOf: 1 });
    rig.submit(3);
    rig.cancel(3, 10);
    rig.runUntil(10);
    assert.deepEqual([rig.load.running, rig.load.waiting], [1, 1]);
  });
});

describe('siblings go their own way', () => {
  test('and prefill by themselves when the first one is cancelled before its prefill is done', () => {
    const rig = paced();
    rig.submit(1);
    rig.submit(2, { siblingOf: 1, outputTokens: 1 });
    rig.cancel(1, 400);
    rig.drain();
    assert.deepEqual(rig.tokens(2), [1400]);
  });

  test('when they are cancelled while they are held, wherever they stand in the list', () => {
    for (const cancelled of [2, 3, 4]) {
      const rig = paced();
      rig.submit(1, { outputTokens: 2 });
      for (const request of [2, 3, 4]) rig.submit(request, { siblingOf: 1, outputTokens: 2 });
      rig.cancel(cancelled, 500);
      rig.drain();
      assert.deepEqual(rig.end(cancelled), ['cancelled', 500]);
      for (const request of [2, 3, 4]) {
        assert.deepEqual(rig.tokens(request), request === cancelled ? [] : [1000, 1100]);
      }
    }
  });

  test('from the start if the first one is past its prefill, or unknown', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 9 });
    rig.submit(2, { siblingOf: 77, outputTokens: 1 });
    rig.runUntil(1100);
    rig.submit(3, { siblingOf: 1, outputTokens: 1, arrivedUs: 1150 });
    rig.drain();
    assert.deepEqual(rig.tokens(2), [1000]);
    assert.deepEqual(rig.tokens(3), [2150]);
  });

  test('once they are let go, and wait for a slot like any other sequence', () => {
    const rig = paced({ maxNumSeqs: 1 });
    rig.submit(1, { outputTokens: 3 });
    rig.submit(2, { siblingOf: 1, outputTokens: 1 });
    rig.drain();
    assert.deepEqual(rig.end(1), ['finished', 1200]);
    assert.deepEqual(rig.tokens(2), [1200]);
  });

  test('when they were preempted, and compute again what they lost', () => {
    // Four blocks of four tokens; both need three of their own in the end.
    const rig = paced({ numBlocks: 4, prefixCaching: false });
    rig.submit(1, { promptTokens: 4, outputTokens: 9 });
    rig.submit(2, { promptTokens: 4, outputTokens: 9, siblingOf: 1 });
    rig.drain();
    assert.equal(rig.load.preemptions, 1);
    assert.deepEqual(rig.tokens(1), [1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800]);
    // It has 9 of its 13 tokens computed anew: a TTFT of a prompt of 4, times 9 / 4.
    const times = rig.tokens(2);
    const gaps = times.slice(1).map((time, at) => time - times[at]!);
    assert.ok(
      gaps.some((gap) => gap > 1000),
      `${times}`,
    );
  });
});

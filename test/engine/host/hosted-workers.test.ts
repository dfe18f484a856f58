import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Actor } from '../../../engine/host/hosted-workers.ts';
import { workerId } from '../../../shared/ids.ts';
import { OUTCOME, type WorkerConfig, type WorkerEvent } from '../../../shared/protocol.ts';
import { cancelWith, submitWith, workerConfigWith } from '../../support/sequences.ts';

/** An actor with these workers, all alike. */
function actorWith(workers: number, changes: Partial<WorkerConfig> = {}): Actor {
  const actor = new Actor();
  for (let worker = 0; worker < workers; worker++) configure(actor, worker, changes);
  return actor;
}

function configure(actor: Actor, worker: number, changes: Partial<WorkerConfig> = {}): void {
  const config = workerConfigWith(changes);
  actor.handle({ kind: 'configure', worker: workerId(worker), config }, 0);
}

function crash(actor: Actor, worker: number): void {
  actor.handle({ kind: 'fault', worker: workerId(worker), fault: 'throw' }, 0);
}

interface Told {
  readonly worker: number;
  readonly seq: number;
  readonly tokens: number[];
  readonly ended: number[];
}

/** The batches among the actor's events; there must be no others. */
function batches(actor: Actor): Told[] {
  return actor.events.map((event) => {
    assert.ok(event.kind === 'batch', JSON.stringify(event));
    const { worker, seq, tokens, ended } = event;
    return { worker, seq, tokens: [...tokens.view()], ended: [...ended.view()] };
  });
}

function tell(actor: Actor): Told[] {
  const told = batches(actor);
  actor.recycle();
  return told;
}

describe('an actor', () => {
  test('has nothing to do until it has a worker with a request', () => {
    const actor = actorWith(2);
    assert.equal(actor.nextWakeUs(), Number.POSITIVE_INFINITY);
    actor.advance(1000);
    assert.deepEqual(actor.events, []);
  });

  test('wakes up for the first of its workers, and advances those that are due', () => {
    const actor = actorWith(3);
    actor.handle(submitWith(1, { worker: workerId(0), arrivedUs: 100, outputTokens: 1 }), 100);
    actor.handle(submitWith(2, { worker: workerId(2), arrivedUs: 50, outputTokens: 1 }), 100);
    actor.advance(100);
    assert.equal(actor.nextWakeUs(), 1050);
    actor.advance(1050);
    assert.deepEqual(tell(actor), [{ worker: 2, seq: 1, tokens: [2, 1, 0], ended: [2, 0] }]);
    actor.advance(1100);
    assert.deepEqual(tell(actor), [{ worker: 0, seq: 1, tokens: [1, 1, 0], ended: [1, 0] }]);
  });

  test('takes what arrived later than its own clock says, without waiting for it for ever', () => {
    for (const scheduler of ['paced', 'batched'] as const) {
      const actor = actorWith(1, { scheduler, maxNumSeqs: 1, maxWaiting: 0 });
      actor.handle(submitWith(1, { arrivedUs: 0, outputTokens: 1 }), 0);
      actor.advance(0);
      const dueUs = actor.nextWakeUs();
      // The sender's clock is ahead: what the first request had due is due before the second came.
      actor.handle(submitWith(2, { arrivedUs: dueUs + 50, outputTokens: 1 }), dueUs - 50);
      actor.advance(dueUs - 10);
      while (actor.nextWakeUs() < Number.POSITIVE_INFINITY) actor.advance(actor.nextWakeUs());
      const ended = tell(actor).flatMap((batch) => batch.ended);
      assert.deepEqual(ended, [1, OUTCOME.finished, 2, OUTCOME.finished]);
    }
  });

  test('ignores commands for a worker that it does not have', () => {
    const actor = actorWith(1);
    actor.handle(submitWith(1, { worker: workerId(5) }), 0);
    actor.handle(cancelWith(1, { worker: workerId(5) }), 0);
    crash(actor, 5);
    assert.deepEqual(actor.events, []);
    assert.equal(actor.nextWakeUs(), Number.POSITIVE_INFINITY);
  });

  test('uses its batches again without mixing them up', () => {
    const actor = actorWith(2);
    for (let request = 1; request <= 40; request++) {
      const worker = workerId(request % 2);
      const atUs = request * 2000;
      actor.handle(submitWith(request, { worker, arrivedUs: atUs, outputTokens: 1 }), atUs);
      actor.advance(atUs + 1000);
      const [told, ...others] = tell(actor);
      assert.deepEqual(told, {
        worker,
        seq: Math.ceil(request / 2),
        tokens: [request, 1, 0],
        ended: [request, 0],
      });
      assert.deepEqual(others, []);
    }
  });

  test('is drained when it was asked to be and its last sequence has ended', () => {
    const actor = actorWith(2);
    actor.handle(submitWith(1, { worker: workerId(1) }), 0);
    assert.ok(!actor.isDrained);
    actor.handle({ kind: 'drain' }, 0);
    assert.ok(!actor.isDrained);
    actor.advance(1299);
    assert.ok(!actor.isDrained);
    actor.advance(1300);
    assert.ok(actor.isDrained);
  });
});

describe('a worker that throws', () => {
  function crashes(actor: Actor): WorkerEvent[] {
    return actor.events.filter((event) => event.kind === 'crashed');
  }

  test('is gone, with a message; its neighbours are not', () => {
    const actor = actorWith(2);
    actor.handle(submitWith(1, { worker: workerId(0) }), 0);
    actor.handle(submitWith(2, { worker: workerId(1), outputTokens: 1 }), 0);
    crash(actor, 0);
    const [crashed] = crashes(actor);
    assert.ok(crashed?.kind === 'crashed' && crashed.worker === 0);
    assert.match(crashed.message, /told to fail/);
    actor.recycle();
    actor.advance(5000);
    assert.deepEqual(tell(actor), [{ worker: 1, seq: 1, tokens: [2, 1, 4000], ended: [2, 0] }]);
    assert.equal(actor.nextWakeUs(), Number.POSITIVE_INFINITY);
  });

  test('by a fault of its own is gone in the same way', () => {
    const actor = actorWith(1);
    actor.handle(submitWith(1), 0);
    actor.handle(submitWith(1), 0);
    assert.equal(crashes(actor).length, 1);
  });

  test('hears nothing until it is configured again, and then begins anew', () => {
    const actor = actorWith(1);
    actor.handle(submitWith(1, { outputTokens: 1 }), 0);
    actor.advance(1000);
    crash(actor, 0);
    actor.recycle();
    actor.handle(submitWith(2), 1000);
    assert.equal(actor.nextWakeUs(), Number.POSITIVE_INFINITY);
    configure(actor, 0);
    actor.handle(submitWith(3, { arrivedUs: 2000, outputTokens: 1 }), 2000);
    actor.advance(3000);
    assert.deepEqual(tell(actor), [{ worker: 0, seq: 1, tokens: [3, 1, 0], ended: [3, 0] }]);
  });

  test('counts as drained', () => {
    const actor = actorWith(1);
    actor.handle(submitWith(1), 0);
    actor.handle({ kind: 'drain' }, 0);
    crash(actor, 0);
    assert.ok(actor.isDrained);
  });
});

describe('a late actor', () => {
  /** Outcomes of the requests, by number, once all is done. */
  function outcomes(actor: Actor): Map<number, number> {
    for (let nowUs = 9000; actor.nextWakeUs() < Number.POSITIVE_INFINITY; nowUs += 500) {
      actor.advance(nowUs);
    }
    const ends = tell(actor).flatMap(({ ended }) => ended);
    return new Map(ends.flatMap((id, at) => (at % 2 === 0 ? [[id, ends[at + 1] ?? -1]] : [])));
  }

  for (const scheduler of ['paced', 'batched'] as const) {
    test(`turns away nothing for which a ${scheduler} worker had room in time`, () => {
      const actor = actorWith(1, { scheduler, maxNumSeqs: 1, maxWaiting: 0 });
      actor.handle(submitWith(1, { outputTokens: 1 }), 0);
      actor.advance(0);
      actor.handle(submitWith(2, { arrivedUs: 1001, outputTokens: 1 }), 9000);
      actor.handle(submitWith(3, { arrivedUs: 1002, outputTokens: 1 }), 9000);
      actor.handle(submitWith(4, { arrivedUs: 2002, outputTokens: 1 }), 9000);
      const { finished, queueFull } = OUTCOME;
      assert.deepEqual([...outcomes(actor)].sort(), [
        [1, finished],
        [2, finished],
        [3, queueFull],
        [4, finished],
      ]);
    });

    test(`lets nothing pass what a ${scheduler} worker would have admitted before it came`, () => {
      const actor = actorWith(1, { scheduler, maxNumSeqs: 1 });
      actor.handle(submitWith(1, { arrivedUs: 10, outputTokens: 1, priority: 5 }), 9000);
      actor.handle(submitWith(2, { arrivedUs: 20, outputTokens: 1, priority: 1 }), 9000);
      actor.advance(9000);
      const order = tell(actor).flatMap(({ ended }) => ended.filter((_, at) => at % 2 === 0));
      assert.deepEqual(order, [1, 2]);
    });
  }

  test('lets a sequence join the step after the one it arrived in, however many were missed', () => {
    const actor = actorWith(1, { scheduler: 'batched', blockSize: 64 });
    actor.handle(submitWith(1, { outputTokens: 60 }), 0);
    actor.advance(0);
    actor.advance(1000);
    actor.recycle();
    actor.handle(submitWith(2, { arrivedUs: 1250, outputTokens: 1 }), 4000);
    actor.advance(4000);
    const queued = actor.events.flatMap((e) => (e.kind === 'batch' ? [...e.started.view()] : []));
    assert.deepEqual(queued, [2, 0, 50, 0]);
  });

  test('cancels when it hears of it', () => {
    const actor = actorWith(1);
    actor.handle(submitWith(1), 0);
    actor.advance(1000);
    actor.recycle();
    actor.handle(cancelWith(1), 1250);
    actor.advance(1250);
    assert.deepEqual(tell(actor), [
      { worker: 0, seq: 2, tokens: [], ended: [1, OUTCOME.cancelled] },
    ]);
  });
});

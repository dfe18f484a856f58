import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostedWorkers } from '../../../engine/host/hosted-workers.ts';
import { workerId } from '../../../shared/ids.ts';
import { OUTCOME, type WorkerConfig, type WorkerEvent } from '../../../shared/protocol.ts';
import { cancelWith, submitWith, workerConfigWith } from '../../support/sequences.ts';

/** So many workers on one thread, all alike. */
function hostWith(workers: number, changes: Partial<WorkerConfig> = {}): HostedWorkers {
  const host = new HostedWorkers();
  for (let worker = 0; worker < workers; worker++) configure(host, worker, changes);
  return host;
}

function configure(host: HostedWorkers, worker: number, changes: Partial<WorkerConfig> = {}): void {
  const config = workerConfigWith(changes);
  host.handle({ kind: 'configure', worker: workerId(worker), config }, 0);
}

function crash(host: HostedWorkers, worker: number): void {
  host.handle({ kind: 'fault', worker: workerId(worker), fault: 'throw' }, 0);
}

interface Told {
  readonly worker: number;
  readonly seq: number;
  readonly tokens: number[];
  readonly ended: number[];
}

/** The batches among the events; there must be no others. */
function batches(host: HostedWorkers): Told[] {
  return host.events.map((event) => {
    assert.ok(event.kind === 'batch', JSON.stringify(event));
    const { worker, seq, tokens, ended } = event;
    return { worker, seq, tokens: [...tokens.view()], ended: [...ended.view()] };
  });
}

function tell(host: HostedWorkers): Told[] {
  const told = batches(host);
  host.recycle();
  return told;
}

describe('the workers of a thread', () => {
  test('has nothing to do until it has a worker with a request', () => {
    const host = hostWith(2);
    assert.equal(host.nextWakeUs(), Number.POSITIVE_INFINITY);
    host.advance(1000);
    assert.deepEqual(host.events, []);
  });

  test('wakes up for the first of its workers, and advances those that are due', () => {
    const host = hostWith(3);
    host.handle(submitWith(1, { worker: workerId(0), arrivedUs: 100, outputTokens: 1 }), 100);
    host.handle(submitWith(2, { worker: workerId(2), arrivedUs: 50, outputTokens: 1 }), 100);
    host.advance(100);
    assert.equal(host.nextWakeUs(), 1050);
    host.advance(1050);
    assert.deepEqual(tell(host), [{ worker: 2, seq: 1, tokens: [2, 1, 0], ended: [2, 0] }]);
    host.advance(1100);
    assert.deepEqual(tell(host), [{ worker: 0, seq: 1, tokens: [1, 1, 0], ended: [1, 0] }]);
  });

  test('takes what arrived later than its own clock says, without waiting for it for ever', () => {
    for (const scheduler of ['paced', 'batched'] as const) {
      const host = hostWith(1, { scheduler, maxNumSeqs: 1, maxWaiting: 0 });
      host.handle(submitWith(1, { arrivedUs: 0, outputTokens: 1 }), 0);
      host.advance(0);
      const dueUs = host.nextWakeUs();
      // The sender's clock is ahead: what the first request had due is due before the second came.
      host.handle(submitWith(2, { arrivedUs: dueUs + 50, outputTokens: 1 }), dueUs - 50);
      host.advance(dueUs - 10);
      while (host.nextWakeUs() < Number.POSITIVE_INFINITY) host.advance(host.nextWakeUs());
      const ended = tell(host).flatMap((batch) => batch.ended);
      assert.deepEqual(ended, [1, OUTCOME.finished, 2, OUTCOME.finished]);
    }
  });

  test('ignores commands for a worker that it does not have', () => {
    const host = hostWith(1);
    host.handle(submitWith(1, { worker: workerId(5) }), 0);
    host.handle(cancelWith(1, { worker: workerId(5) }), 0);
    crash(host, 5);
    assert.deepEqual(host.events, []);
    assert.equal(host.nextWakeUs(), Number.POSITIVE_INFINITY);
  });

  test('uses its batches again without mixing them up', () => {
    const host = hostWith(2);
    for (let request = 1; request <= 40; request++) {
      const worker = workerId(request % 2);
      const atUs = request * 2000;
      host.handle(submitWith(request, { worker, arrivedUs: atUs, outputTokens: 1 }), atUs);
      host.advance(atUs + 1000);
      const [told, ...others] = tell(host);
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
    const host = hostWith(2);
    host.handle(submitWith(1, { worker: workerId(1) }), 0);
    assert.ok(!host.isDrained);
    host.handle({ kind: 'drain' }, 0);
    assert.ok(!host.isDrained);
    host.advance(1299);
    assert.ok(!host.isDrained);
    host.advance(1300);
    assert.ok(host.isDrained);
  });
});

describe('a worker that throws', () => {
  function crashes(host: HostedWorkers): WorkerEvent[] {
    return host.events.filter((event) => event.kind === 'crashed');
  }

  test('is gone, with a message; its neighbours are not', () => {
    const host = hostWith(2);
    host.handle(submitWith(1, { worker: workerId(0) }), 0);
    host.handle(submitWith(2, { worker: workerId(1), outputTokens: 1 }), 0);
    crash(host, 0);
    const [crashed] = crashes(host);
    assert.ok(crashed?.kind === 'crashed' && crashed.worker === 0);
    assert.match(crashed.message, /told to fail/);
    host.recycle();
    host.advance(5000);
    assert.deepEqual(tell(host), [{ worker: 1, seq: 1, tokens: [2, 1, 4000], ended: [2, 0] }]);
    assert.equal(host.nextWakeUs(), Number.POSITIVE_INFINITY);
  });

  test('by a fault of its own is gone in the same way', () => {
    const host = hostWith(1);
    host.handle(submitWith(1), 0);
    host.handle(submitWith(1), 0);
    assert.equal(crashes(host).length, 1);
  });

  test('hears nothing until it is configured again, and then begins anew', () => {
    const host = hostWith(1);
    host.handle(submitWith(1, { outputTokens: 1 }), 0);
    host.advance(1000);
    crash(host, 0);
    host.recycle();
    host.handle(submitWith(2), 1000);
    assert.equal(host.nextWakeUs(), Number.POSITIVE_INFINITY);
    configure(host, 0);
    host.handle(submitWith(3, { arrivedUs: 2000, outputTokens: 1 }), 2000);
    host.advance(3000);
    assert.deepEqual(tell(host), [{ worker: 0, seq: 1, tokens: [3, 1, 0], ended: [3, 0] }]);
  });

  test('counts as drained', () => {
    const host = hostWith(1);
    host.handle(submitWith(1), 0);
    host.handle({ kind: 'drain' }, 0);
    crash(host, 0);
    assert.ok(host.isDrained);
  });
});

describe('workers of a late thread', () => {
  /** Outcomes of the requests, by number, once all is done. */
  function outcomes(host: HostedWorkers): Map<number, number> {
    for (let nowUs = 9000; host.nextWakeUs() < Number.POSITIVE_INFINITY; nowUs += 500) {
      host.advance(nowUs);
    }
    const ends = tell(host).flatMap(({ ended }) => ended);
    return new Map(ends.flatMap((id, at) => (at % 2 === 0 ? [[id, ends[at + 1] ?? -1]] : [])));
  }

  for (const scheduler of ['paced', 'batched'] as const) {
    test(`turns away nothing for which a ${scheduler} worker had room in time`, () => {
      const host = hostWith(1, { scheduler, maxNumSeqs: 1, maxWaiting: 0 });
      host.handle(submitWith(1, { outputTokens: 1 }), 0);
      host.advance(0);
      host.handle(submitWith(2, { arrivedUs: 1001, outputTokens: 1 }), 9000);
      host.handle(submitWith(3, { arrivedUs: 1002, outputTokens: 1 }), 9000);
      host.handle(submitWith(4, { arrivedUs: 2002, outputTokens: 1 }), 9000);
      const { finished, queueFull } = OUTCOME;
      assert.deepEqual([...outcomes(host)].sort(), [
        [1, finished],
        [2, finished],
        [3, queueFull],
        [4, finished],
      ]);
    });

    test(`lets nothing pass what a ${scheduler} worker would have admitted before it came`, () => {
      const host = hostWith(1, { scheduler, maxNumSeqs: 1 });
      host.handle(submitWith(1, { arrivedUs: 10, outputTokens: 1, priority: 5 }), 9000);
      host.handle(submitWith(2, { arrivedUs: 20, outputTokens: 1, priority: 1 }), 9000);
      host.advance(9000);
      const order = tell(host).flatMap(({ ended }) => ended.filter((_, at) => at % 2 === 0));
      assert.deepEqual(order, [1, 2]);
    });
  }

  test('lets a sequence join the step after the one it arrived in, however many were missed', () => {
    const host = hostWith(1, { scheduler: 'batched', blockSize: 64 });
    host.handle(submitWith(1, { outputTokens: 60 }), 0);
    host.advance(0);
    host.advance(1000);
    host.recycle();
    host.handle(submitWith(2, { arrivedUs: 1250, outputTokens: 1 }), 4000);
    host.advance(4000);
    const queued = host.events.flatMap((e) => (e.kind === 'batch' ? [...e.started.view()] : []));
    assert.deepEqual(queued, [2, 0, 50, 0]);
  });

  test('cancels when it hears of it', () => {
    const host = hostWith(1);
    host.handle(submitWith(1), 0);
    host.advance(1000);
    host.recycle();
    host.handle(cancelWith(1), 1250);
    host.advance(1250);
    assert.deepEqual(tell(host), [
      { worker: 0, seq: 2, tokens: [], ended: [1, OUTCOME.cancelled] },
    ]);
  });
});

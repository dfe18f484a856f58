import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModulePolicy } from '../../../engine/router/policies/module-policy.ts';
import { PolicyError } from '../../../engine/router/policy-error.ts';
import type { ModuleChooser } from '../../../engine/router/policy-module.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { requestId, workerId } from '../../../shared/ids.ts';
import { OUTCOME } from '../../../shared/protocol.ts';
import { U32List } from '../../../shared/u32-list.ts';
import { timeUs } from '../../../shared/units.ts';
import { clusterRequestWith } from '../../support/routing.ts';
import { cancelWith } from '../../support/sequences.ts';
import { ClusterRig } from './cluster-rig.ts';

const FLEET = { workers: 2, blockSize: 4, seed: 1 };

/** Makes a policy that gives `choices` one after the other. */
function chooserOf(choices: readonly number[]): () => ModuleChooser {
  const rest = [...choices];
  return () => ({ choose: () => rest.shift() ?? 0 });
}

describe('a request', () => {
  test('is sent to the worker that was chosen, with what the router expects of it', () => {
    const rig = new ClusterRig({ policy: 'round-robin' });
    const request = clusterRequestWith(1, { priority: 3, seed: 9, prefillScale: 0.5, profile: 2 });
    const placement = rig.cluster.submit(request, rig.listener);
    assert.deepEqual(rig.sent, [
      {
        kind: 'submit',
        worker: placement?.worker,
        request: placement?.request,
        arrivedUs: 0,
        expectedCachedTokens: 0,
        siblingOf: 0,
        spec: request,
        hashes: request.hashes,
      },
    ]);
  });

  test('is expected to find cached what the index says, less the block of its last token', () => {
    const rig = new ClusterRig();
    const { hashes } = clusterRequestWith(1);
    const first = rig.submitTo(1, 1);
    rig.apply(1, (batch) => batch.kv.push2(hashes[0]!, hashes[1]!));
    const placement = rig.cluster.submit(clusterRequestWith(1), rig.listener);
    assert.deepEqual([placement?.worker, placement?.overlapBlocks], [1, 1]);
    const command = rig.sent.at(-1);
    assert.equal(command?.kind === 'submit' && command.expectedCachedTokens, 4);
    assert.notEqual(placement?.request, first);
  });

  test('hears of its start, its tokens and its end, in this order', () => {
    const rig = new ClusterRig();
    const [one, two] = [rig.submitTo(0, 1), rig.submitTo(0, 2)];
    rig.apply(0, (batch) => {
      batch.ended.push2(one, OUTCOME.finished);
      batch.tokens.push3(one, 4, 7);
      batch.tokens.push3(two, 1, 5);
      batch.pushStarted(one, 8, 2 ** 33 + 30);
      batch.pushStarted(two, 0, 40);
    });
    assert.deepEqual(rig.heard, [
      `${one} started 8 8589934622`,
      `${two} started 0 40`,
      `${one} tokens 4 7`,
      `${two} tokens 1 5`,
      `${one} ended ${OUTCOME.finished}`,
    ]);
    assert.equal(rig.cluster.inFlight, 1);
  });
});

describe('a request in the books', () => {
  test('is not there if no worker can take it', () => {
    const rig = new ClusterRig();
    rig.down(0);
    assert.equal(
      rig.cluster.submit(clusterRequestWith(1, { pinned: workerId(0) }), rig.listener),
      undefined,
    );
    rig.down(1);
    assert.equal(rig.cluster.submit(clusterRequestWith(1), rig.listener), undefined);
    assert.deepEqual(rig.sent, []);
    assert.equal(rig.cluster.counts.submitted, 0);
  });

  test('is counted by its outcome, and takes its charge and its booking with it', () => {
    const rig = new ClusterRig();
    for (const outcome of Object.values(OUTCOME)) rig.end(0, rig.submitTo(0, outcome + 1), outcome);
    const { submitted, finished, cancelled, rejected, failed } = rig.cluster.counts;
    assert.deepEqual([submitted, finished, cancelled, rejected, failed], [4, 1, 1, 2, 0]);
    assert.equal(rig.cluster.inFlight, 0);
    assert.equal(rig.router.ledger.activeRequests(0), 0);
    assert.equal(rig.router.index.bookedBits, 0);
  });

  test('leaves no booking behind for blocks that its worker had and a full index had not', () => {
    const rig = new ClusterRig({ indexCapBlocks: 2 });
    const prompt = { promptTokens: 20, pinned: workerId(0) };
    const stores = new U32List();
    for (const word of clusterRequestWith(1, prompt).hashes) stores.push(word);
    for (let round = 0; round < 2; round++) {
      const request = rig.submit(1, prompt);
      if (round === 0) rig.apply(0, (batch) => batch.kv.append(stores));
      rig.start(0, request);
      rig.end(0, request, OUTCOME.finished);
    }
    assert.ok(rig.router.index.droppedStores > 0);
    assert.equal(rig.router.index.bookedBits, 0);
  });

  test('that was never submitted, or has ended, cannot end', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(0, 1);
    rig.end(0, request, OUTCOME.finished);
    assert.throws(() => rig.end(0, request, OUTCOME.finished), AssertionFailure);
  });
});

describe('the batches of a worker', () => {
  test('are taken in order and without gaps', () => {
    const rig = new ClusterRig();
    const first = rig.batch(0, () => {});
    const second = rig.batch(0, () => {});
    assert.throws(() => rig.cluster.applyBatch(second), AssertionFailure);
    rig.cluster.applyBatch(first);
    assert.throws(() => rig.cluster.applyBatch(first), AssertionFailure);
  });

  test('can be told to requests at once and to the router later', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(0, 1);
    const { hashes } = clusterRequestWith(1);
    const batch = rig.batch(0, (filled) => {
      filled.kv.push2(hashes[0]!, hashes[1]!);
      filled.pushStarted(request, 0, 0);
    });
    rig.cluster.applyProgress(batch);
    assert.deepEqual(rig.heard, [`${request} started 0 0`]);
    assert.equal(rig.router.index.cachedBlocks(0), 0);
    rig.router.applyBatch(batch);
    assert.equal(rig.router.index.cachedBlocks(0), 1);
  });
});

describe('a stop', () => {
  test('is sent once, and ends the request as finished without another word', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(1, 1);
    rig.cluster.stop(request);
    rig.cluster.cancel(request);
    const stop = cancelWith(request, { worker: workerId(1), outcome: OUTCOME.finished });
    assert.deepEqual(rig.sent.slice(1), [stop]);
    rig.end(1, request, OUTCOME.finished);
    assert.deepEqual(rig.heard, []);
    assert.deepEqual([rig.cluster.counts.finished, rig.cluster.counts.cancelled], [1, 0]);
  });

  test('that dies with its worker has finished nevertheless', () => {
    const rig = new ClusterRig();
    const [stopped, cancelled] = [rig.submitTo(0, 1), rig.submitTo(0, 2)];
    rig.cluster.stop(stopped);
    rig.cluster.cancel(cancelled);
    rig.down(0);
    const { finished, cancelled: left, failed } = rig.cluster.counts;
    assert.deepEqual([finished, left, failed], [1, 1, 0]);
  });
});

describe('further hashes of an answer', () => {
  const more = Uint32Array.of(1, 2, 3, 4);

  test('go to the worker of the request, as long as it has not ended', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(1, 1);
    rig.cluster.extend(request, more);
    assert.deepEqual(rig.sent.slice(1), [
      { kind: 'extend', worker: workerId(1), request, hashes: more },
    ]);
    rig.cluster.cancel(request);
    rig.cluster.extend(request, more);
    rig.cluster.extend(requestId(99), more);
    assert.equal(rig.sent.length, 3);
  });

  test('go with the request to a second worker', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(1, 1);
    rig.cluster.extend(request, more.subarray(0, 2));
    rig.cluster.extend(request, more.subarray(2));
    rig.down(1);
    const command = rig.sent.at(-1);
    assert.ok(command?.kind === 'submit' && command.worker === 0);
    assert.deepEqual([...command.hashes], [...clusterRequestWith(1).hashes, ...more]);
  });
});

describe('a cancel', () => {
  test('is sent once, and the client hears no more', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(1, 1);
    rig.cluster.cancel(request);
    rig.cluster.cancel(request);
    assert.deepEqual(rig.sent.slice(1), [cancelWith(request, { worker: workerId(1) })]);
    rig.start(1, request);
    rig.end(1, request, OUTCOME.cancelled);
    assert.deepEqual(rig.heard, []);
    assert.equal(rig.cluster.counts.cancelled, 1);
  });

  test('that comes too late leaves the request finished', () => {
    const rig = new ClusterRig();
    const request = rig.submitTo(0, 1);
    rig.cluster.cancel(request);
    rig.end(0, request, OUTCOME.finished);
    rig.cluster.cancel(request);
    rig.cluster.cancel(requestId(99));
    assert.equal(rig.sent.length, 2);
    assert.deepEqual([rig.cluster.counts.finished, rig.cluster.counts.cancelled], [1, 0]);
  });
});

describe('the death of a worker', () => {
  test('places its requests without a token once more, and fails the others', () => {
    const rig = new ClusterRig();
    const [waiting, streaming, elsewhere] = [
      rig.submitTo(0, 1),
      rig.submitTo(0, 2),
      rig.submitTo(1, 3),
    ];
    rig.start(0, streaming);
    rig.heard.length = 0;
    rig.down(0);
    assert.deepEqual(rig.heard, [`${streaming} failed worker-lost`]);
    assert.deepEqual(rig.submits().slice(3), [[waiting, 1]]);
    const { counts } = rig.cluster;
    assert.deepEqual([counts.failed, counts.rerouted, rig.cluster.inFlight], [1, 1, 2]);
    rig.end(1, waiting, OUTCOME.finished);
    rig.end(1, elsewhere, OUTCOME.finished);
    assert.equal(rig.router.ledger.activeRequests(1), 0);
  });

  test('makes a request placed anew arrive then, alone', () => {
    const rig = new ClusterRig();
    const first = rig.submitTo(0, 1);
    const sibling = rig.submit(2, { pinned: workerId(0), siblingOf: first });
    rig.down(0);
    const command = rig.sent.at(-1);
    assert.ok(command?.kind === 'submit');
    assert.equal(command.request, sibling);
    assert.deepEqual([command.arrivedUs, command.siblingOf], [500, 0]);
  });

  test('fails a request that has been placed anew before', () => {
    const rig = new ClusterRig({ workers: 3 });
    const request = rig.submitTo(0, 1);
    rig.down(0);
    const second = rig.submits().at(-1)![1]!;
    rig.down(second);
    assert.deepEqual(rig.heard, [`${request} failed worker-lost`]);
    assert.equal(rig.cluster.inFlight, 0);
  });

  test('fails a request for which no other worker is left', () => {
    const rig = new ClusterRig({ workers: 1 });
    const request = rig.submitTo(0, 1);
    rig.down(0);
    assert.deepEqual(rig.heard, [`${request} failed worker-lost`]);
    assert.equal(rig.cluster.counts.rerouted, 0);
  });
});

describe("a policy of the user's that fails", () => {
  test('costs its request, of which nothing is booked, and no other', () => {
    const choices = [1, 9, 0];
    const rig = new ClusterRig({}, new ModulePolicy('mine', { create: chooserOf(choices) }, FLEET));
    const first = rig.submit(1);
    assert.throws(() => rig.submit(2), PolicyError);
    assert.equal(rig.router.ledger.activeRequests(0), 0);
    assert.equal(rig.cluster.counts.submitted, 1);
    const third = rig.submit(3);
    assert.deepEqual(rig.submits(), [
      [first, 1],
      [third, 0],
    ]);
    rig.end(1, first, OUTCOME.finished);
    rig.end(0, third, OUTCOME.finished);
    assert.equal(rig.router.index.bookedBits, 0);
    assert.equal(rig.cluster.inFlight, 0);
  });

  test('fails what it was to place anew, and the others find a place', () => {
    const rig = new ClusterRig(
      { workers: 3 },
      new ModulePolicy('mine', { create: chooserOf([0, 0, 0, 2]) }, { ...FLEET, workers: 3 }),
    );
    const [first, second] = [rig.submit(1), rig.submit(2)];
    rig.down(0);
    assert.deepEqual(rig.heard, [`${first} failed worker-lost`]);
    assert.deepEqual(rig.submits().at(-1), [second, 2]);
    assert.equal(rig.cluster.counts.failed, 1);
  });
});

describe('a worker that falls behind', () => {
  test('gets no new requests until it has caught up, and keeps those that it has', () => {
    const rig = new ClusterRig({ policy: 'round-robin' });
    const first = rig.submitTo(0, 1);
    rig.cluster.workersBehind([workerId(0)], true);
    const later = [rig.submit(2), rig.submit(3)];
    assert.deepEqual(
      rig.submits().slice(1),
      later.map((request) => [request, 1]),
    );
    const pinned = clusterRequestWith(4, { pinned: workerId(0) });
    assert.equal(rig.cluster.submit(pinned, rig.listener), undefined);
    rig.cluster.cancel(first);
    assert.deepEqual(rig.sent.at(-1), cancelWith(first));
    rig.cluster.workersBehind([workerId(0)], false);
    assert.deepEqual(rig.cluster.submit(pinned, rig.listener)?.worker, 0);
  });
});

describe('the death of a worker in the books', () => {
  test('completes the cancels that it interrupts', () => {
    const rig = new ClusterRig();
    rig.cluster.cancel(rig.submitTo(0, 1));
    rig.down(0);
    assert.deepEqual(rig.heard, []);
    assert.equal(rig.cluster.counts.cancelled, 1);
    assert.equal(rig.cluster.inFlight, 0);
  });

  test('takes its blocks, bookings and load out of the books', () => {
    const rig = new ClusterRig();
    rig.submitTo(0, 1);
    rig.apply(0, (batch) => {
      batch.kv.push2(7, 7);
      batch.load.activeBlocks = 9;
    });
    rig.submitTo(0, 2);
    rig.cluster.cancel(rig.submitTo(0, 3));
    rig.down(0);
    const { index, ledger } = rig.router;
    assert.equal(index.cachedBlocks(0), 0);
    assert.equal(ledger.activeRequests(0) + ledger.decodeBlocks(0), 0);
    assert.equal(ledger.prefillTokensPending(0), 0);
    assert.ok(!rig.router.isEligible(workerId(0)));
  });

  test('is over when it is up again: it counts its batches and submits anew', () => {
    const rig = new ClusterRig();
    rig.end(0, rig.submitTo(0, 1), OUTCOME.finished);
    rig.down(0);
    rig.cluster.workerUp(workerId(0));
    rig.end(0, rig.submitTo(0, 2), OUTCOME.finished);
    assert.equal(rig.cluster.counts.finished, 2);
  });

  test('of several at once places nothing on one that is dead too', () => {
    const rig = new ClusterRig({ workers: 3 });
    const request = rig.submitTo(0, 1);
    rig.cluster.workersDown([workerId(0), workerId(1)], timeUs(500));
    assert.deepEqual(rig.submits().at(-1), [request, 2]);
    assert.deepEqual(rig.heard, []);
  });
});

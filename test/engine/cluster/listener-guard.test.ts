import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Cluster } from '../../../engine/cluster/cluster.ts';
import type { RequestListener } from '../../../engine/cluster/request.ts';
import { type RequestId, workerId } from '../../../shared/ids.ts';
import { OUTCOME } from '../../../shared/protocol.ts';
import { timeUs } from '../../../shared/units.ts';
import { clusterRequestWith } from '../../support/routing.ts';
import { cancelWith } from '../../support/sequences.ts';
import { ClusterRig } from './cluster-rig.ts';

const CALLS = ['started', 'tokens', 'ended', 'failed'] as const;

/** The usual listener, but for one call. */
function throwing(rig: ClusterRig, call: (typeof CALLS)[number]): RequestListener {
  return {
    ...rig.listener,
    [call]: () => {
      throw new Error(`in ${call}`);
    },
  };
}

function submitted(rig: ClusterRig, listener: RequestListener): RequestId {
  const request = clusterRequestWith(1, { pinned: workerId(0) });
  return rig.cluster.submit(request, listener)?.request ?? assert.fail();
}

describe('a listener that throws', () => {
  for (const call of ['started', 'tokens'] as const) {
    test(`in ${call} ends as a defect, and the rest of the batch is told`, () => {
      const rig = new ClusterRig();
      const [bad, good] = [submitted(rig, throwing(rig, call)), rig.submitTo(0, 2)];
      const { hashes } = clusterRequestWith(1);
      rig.apply(0, (batch) => {
        batch.kv.push2(hashes[0]!, hashes[1]!);
        for (const request of [bad, good]) {
          batch.pushStarted(request, 0, 0);
          batch.tokens.push3(request, 1, 0);
        }
      });
      assert.deepEqual(rig.defects, [`${bad} in ${call}`]);
      assert.deepEqual(rig.sent.slice(2), [cancelWith(bad)]);
      const ofGood = rig.heard.filter((line) => line.startsWith(`${good} `));
      assert.deepEqual(ofGood, [`${good} started 0 0`, `${good} tokens 1 0`]);
      assert.equal(rig.heard.filter((line) => line === `${bad} failed defect`).length, 1);
      assert.equal(rig.router.index.cachedBlocks(0), 1);
      const heard = rig.heard.length;
      rig.apply(0, (batch) => batch.tokens.push3(bad, 1, 0));
      rig.end(0, bad, OUTCOME.cancelled);
      assert.equal(rig.heard.length, heard);
      const { defects, cancelled } = rig.cluster.counts;
      assert.deepEqual({ defects, cancelled }, { defects: 1, cancelled: 0 });
    });
  }

  for (const [how, end] of [
    ['finishes before its worker hears of it', (rig, bad) => rig.end(0, bad, OUTCOME.finished)],
    ['loses its worker before that hears of it', (rig) => rig.down(0)],
  ] satisfies [string, (rig: ClusterRig, bad: RequestId) => void][]) {
    test(`and whose request ${how} is a defect nevertheless`, () => {
      const rig = new ClusterRig();
      const bad = submitted(rig, throwing(rig, 'tokens'));
      rig.start(0, bad);
      end(rig, bad);
      const { defects, finished, cancelled, failed } = rig.cluster.counts;
      assert.deepEqual([defects, finished, cancelled, failed], [1, 0, 0, 0]);
    });
  }

  test('at its end has ended nevertheless', () => {
    const rig = new ClusterRig();
    const [bad, good] = [submitted(rig, throwing(rig, 'ended')), rig.submitTo(0, 2)];
    rig.apply(0, (batch) => {
      for (const request of [bad, good]) batch.ended.push2(request, OUTCOME.finished);
    });
    assert.deepEqual(rig.defects, [`${bad} in ended`]);
    assert.deepEqual(rig.heard, [`${bad} failed defect`, `${good} ended ${OUTCOME.finished}`]);
    assert.equal(rig.cluster.counts.finished, 2);
    assert.equal(rig.sent.length, 2);
  });

  test('when its worker dies costs no other request', () => {
    const rig = new ClusterRig({ workers: 1 });
    const [bad, good] = [submitted(rig, throwing(rig, 'failed')), rig.submitTo(0, 2)];
    rig.down(0);
    assert.deepEqual(rig.defects, [`${bad} in failed`]);
    assert.deepEqual(rig.heard, [`${good} failed worker-lost`]);
    assert.equal(rig.cluster.counts.failed, 2);
  });

  test('comes out of the call where nobody asked to hear of defects', () => {
    for (const call of CALLS) {
      const rig = new ClusterRig();
      const cluster = new Cluster(rig.router, { send: () => {} }, 2, 4);
      const { request } =
        cluster.submit(clusterRequestWith(1, { pinned: workerId(0) }), throwing(rig, call)) ??
        assert.fail();
      const batch = rig.batch(0, (filled) => {
        filled.pushStarted(request, 0, 0);
        filled.tokens.push3(request, 1, 0);
        if (call === 'ended') filled.ended.push2(request, OUTCOME.finished);
      });
      assert.throws(() => {
        cluster.applyBatch(batch);
        cluster.workersDown([workerId(0)], timeUs(500));
      }, /in (started|tokens|ended|failed)/);
    }
  });
});

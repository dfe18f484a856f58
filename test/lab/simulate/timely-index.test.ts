import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReplayRequest } from '../../../lab/simulate/replay-request.ts';
import { TimelyIndex } from '../../../lab/simulate/timely-index.ts';
import { TraceRequest } from '../../../lab/traces/trace-source.ts';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch, REMOVED_BIT } from '../../../shared/protocol.ts';
import { hashesOf } from '../../support/sequences.ts';
import { replayConfig } from './replay-rig.ts';

const NOBODY = { started() {}, tokens() {}, ended() {} };

/** A request of ten blocks on `worker`. */
function request(worker: number): ReplayRequest {
  const trace = new TraceRequest();
  trace.promptTokens = 160;
  const hashes = hashesOf(16, [1, 160]);
  const traits = { number: 0, hashes, blockSize: 16, outputTokens: 1, seed: 1, counted: true };
  const made = new ReplayRequest(trace, traits, NOBODY);
  made.worker = worker;
  return made;
}

function emptyIndex(): TimelyIndex {
  return new TimelyIndex(replayConfig({ workload: 'lengths', workers: 3 }).router);
}

/** `worker` stores, or evicts, the blocks from .. to - 1 of the request. */
function told(worker: number, from: number, to: number, removed: 0 | typeof REMOVED_BIT = 0) {
  const batch = new EventBatch(workerId(worker));
  const { hashes } = request(worker);
  for (let block = from; block < to; block++) {
    batch.kv.push2(hashes[2 * block]!, hashes[2 * block + 1]! + removed);
  }
  return batch;
}

describe('what a worker is known to hold', () => {
  test('is what it has said, at once', () => {
    const index = emptyIndex();
    index.applyBatch(told(1, 0, 6));
    assert.deepEqual([...index.placed(request(2))], [0, 6, 0]);
    index.applyBatch(told(1, 4, 6, REMOVED_BIT));
    index.applyBatch(told(2, 0, 10));
    assert.deepEqual([...index.placed(request(2))], [0, 4, 10]);
  });

  test('and what it computes before the turn of the next', () => {
    const index = emptyIndex();
    index.applyBatch(told(0, 0, 3));
    assert.deepEqual([...index.placed(request(0))], [3, 0, 0]);
    assert.deepEqual([...index.placed(request(1))], [10, 0, 0]);
    assert.deepEqual([...index.placed(request(1))], [10, 10, 0]);
  });

  test('but for what will not be computed', () => {
    const index = emptyIndex();
    index.applyBatch(told(0, 0, 3));
    const rejected = request(0);
    index.placed(rejected);
    index.abandoned(rejected);
    assert.deepEqual([...index.placed(request(1))], [3, 0, 0]);
  });
});

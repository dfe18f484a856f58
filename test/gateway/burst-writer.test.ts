import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BurstWriter } from '../../gateway/burst-writer.ts';
import { workerId } from '../../shared/ids.ts';
import { EventBatch } from '../../shared/protocol.ts';

/** A writer, and the order of what it did. */
function rig() {
  const log: string[] = [];
  const writer = new BurstWriter((batch) => log.push(`batch ${batch.seq}`));
  const stream = (name: string) => ({ flush: () => log.push(name) });
  const batch = (seq: number) => {
    const made = new EventBatch(workerId(0));
    made.seq = seq;
    return made;
  };
  return { log, writer, stream, batch };
}

test('streams are written at the end of the turn, and then their batches are noted', async () => {
  const { log, writer, stream, batch } = rig();
  writer.add(stream('a'));
  writer.addBatch(batch(1));
  writer.add(stream('b'));
  writer.addBatch(batch(2));
  assert.deepEqual(log, []);
  await nextTurn();
  assert.deepEqual(log, ['a', 'b', 'batch 1', 'batch 2']);
});

test('nothing is written twice', async () => {
  const { log, writer, stream } = rig();
  writer.add(stream('a'));
  writer.flush();
  assert.deepEqual(log, ['a']);
  await nextTurn();
  assert.deepEqual(log, ['a']);
});

test('a stream that has more to write while it is flushed is written in the next turn', async () => {
  const { log, writer, stream } = rig();
  writer.add({
    flush: () => {
      log.push('first');
      writer.add(stream('second'));
    },
  });
  await nextTurn();
  assert.deepEqual(log, ['first']);
  await nextTurn();
  assert.deepEqual(log, ['first', 'second']);
});

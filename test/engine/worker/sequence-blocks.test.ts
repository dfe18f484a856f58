import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SequenceBlocks } from '../../../engine/worker/sequence-blocks.ts';
import { SequenceTable } from '../../../engine/worker/sequence-table.ts';
import { U32List } from '../../../shared/u32-list.ts';
import { hashesOf, submitWith, workerConfigWith } from '../../support/sequences.ts';

/** Sequences of 12 prompt tokens, all alike, on a worker with blocks of 4 tokens. */
function rig(numBlocks: number) {
  const sequences = new SequenceTable();
  const events = new U32List();
  const blocks = new SequenceBlocks(workerConfigWith({ numBlocks }), sequences, events);
  const add = (request: number) => {
    const hashes = hashesOf(4, [0, 12]);
    return sequences.add(submitWith(request, { promptTokens: 12, hashes }), request);
  };
  return { sequences, events, blocks, add };
}

const allOf = () => 12;

test('a hit is what is being computed or is cached, all but the block of the last token', () => {
  const { sequences, blocks, events, add } = rig(8);
  const [first, second, third] = [add(1), add(2), add(3)];
  assert.equal(blocks.tryHold(first, allOf), 0);
  blocks.expect(first, 12);
  assert.equal(blocks.tryHold(second, allOf), 2);
  assert.equal(sequences.computed[second], 8);
  assert.equal(events.length, 0, 'nobody outside hears of blocks before they are computed');
  assert.equal(blocks.compute(first, 12), true);
  assert.equal(events.length, 3 * 2);
  for (const slot of [first, second]) blocks.release(slot);
  assert.equal(blocks.tryHold(third, allOf), 2);
  assert.equal(blocks.cacheUse, 3 / 8);
});

test('without room nothing changes', () => {
  const { blocks, add } = rig(4);
  const [first, second] = [add(1), add(2)];
  assert.equal(blocks.tryHold(first, allOf), 0);
  assert.equal(blocks.tryHold(second, allOf), -1);
  assert.equal(blocks.ensureRoom(first, 17), false);
  assert.equal(blocks.cacheUse, 3 / 4);
  assert.equal(blocks.ensureRoom(first, 16), true);
  assert.equal(blocks.cacheUse, 1);
});

test('blocks whose hashes come late are matchable once they are known', () => {
  const { sequences, blocks, events } = rig(4);
  const slot = sequences.add(submitWith(1, { hashes: new Uint32Array(0) }), 1);
  blocks.tryHold(slot, () => 8);
  assert.equal(blocks.compute(slot, 8), false);
  assert.equal(blocks.extend(slot, hashesOf(4, [1, 8])), true);
  assert.equal(events.length, 2 * 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SLOT, SequenceTable, STAGE } from '../../../engine/worker/sequence-table.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { requestId } from '../../../shared/ids.ts';
import { submitWith } from '../../support/sequences.ts';

test('a request is found by its id from its submit to its end', () => {
  const table = new SequenceTable();
  const slot = table.add(submitWith(7), 1);
  assert.equal(table.find(requestId(7)), slot);
  assert.equal(table.requestOf(slot), 7);
  assert.equal(table.size, 1);
  table.remove(slot);
  assert.equal(table.find(requestId(7)), NO_SLOT);
  assert.equal(table.stage[slot], STAGE.free);
  assert.equal(table.size, 0);
});

test('values outlive the growth of the table', () => {
  const table = new SequenceTable();
  const slots = Array.from({ length: 1000 }, (_, at) =>
    table.add(
      submitWith(at + 1, {
        arrivedUs: 2 ** 40 + at,
        promptTokens: 100 + at,
        outputTokens: 5,
        priority: -at / 2,
        seed: 0xffffffff - at,
        prefillScale: 0.5,
        profile: at % 250,
      }),
      2 ** 33 + at,
    ),
  );
  for (const [at, slot] of slots.entries()) {
    assert.equal(table.request[slot], at + 1);
    assert.equal(table.arrivedUs[slot], 2 ** 40 + at);
    assert.equal(table.promptTokens[slot], 100 + at);
    assert.equal(table.priority[slot], -at / 2);
    assert.equal(table.order[slot], 2 ** 33 + at);
    assert.equal(table.seed[slot], 0xffffffff - at);
    assert.equal(table.prefillScale[slot], 0.5);
    assert.equal(table.profile[slot], at % 250);
    assert.equal(table.admittedUs[slot], -1);
    assert.equal(table.blocks[slot]!.length, 0);
  }
});

test('a slot that is used again remembers nothing of the sequence before', () => {
  const fresh = new SequenceTable();
  const used = new SequenceTable();
  const slot = used.add(submitWith(1, { promptTokens: 99, priority: 3 }), 1);
  used.emitted[slot] = 5;
  used.computed[slot] = 90;
  used.cachedTokens[slot] = 16;
  used.prefillPending[slot] = 9;
  used.admittedUs[slot] = 77;
  used.scheduled[slot] = 1;
  used.ending[slot] = 1;
  used.remove(slot);
  assert.equal(used.add(submitWith(2), 2), slot);
  assert.equal(fresh.add(submitWith(2), 2), slot);
  for (const [name, column] of Object.entries(fresh)) {
    if (!ArrayBuffer.isView(column) || name === 'stage') continue;
    assert.deepEqual(Object.entries(used).find(([other]) => other === name)?.[1], column, name);
  }
});

test('a request that lives cannot be added again, nor one removed that holds blocks', () => {
  const table = new SequenceTable();
  const slot = table.add(submitWith(1), 1);
  assert.throws(() => table.add(submitWith(1), 2), AssertionFailure);
  table.blocks[slot]!.push(3);
  assert.throws(() => table.remove(slot), AssertionFailure);
});

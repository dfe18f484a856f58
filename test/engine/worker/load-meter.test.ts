import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadMeter } from '../../../engine/worker/load-meter.ts';
import { SequenceTable } from '../../../engine/worker/sequence-table.ts';
import { emptyLoad } from '../../../shared/protocol.ts';
import { submitWith } from '../../support/sequences.ts';

function load(meter: LoadMeter) {
  const report = emptyLoad();
  meter.fill(report);
  return report;
}

test('pending prefill is what is left of all sequences, waiting blocks only of those that wait', () => {
  const sequences = new SequenceTable();
  const meter = new LoadMeter(sequences, 4);
  const [one, two] = [1, 2].map((request) => sequences.add(submitWith(request), meter.submitted()));
  assert.ok(one !== undefined && two !== undefined);
  meter.pendPrefill(one, 9);
  meter.joinedQueue(one);
  meter.pendPrefill(two, 4);
  assert.deepEqual([load(meter).prefillTokensPending, load(meter).waitingBlocks], [13, 3]);
  meter.leftQueue(one);
  meter.pendPrefill(one, 5);
  assert.deepEqual([load(meter).prefillTokensPending, load(meter).waitingBlocks], [9, 0]);
  meter.pendPrefill(one, 0);
  meter.pendPrefill(two, 0);
  assert.equal(load(meter).prefillTokensPending, 0);
});

test('submits, preemptions and hits are counted; second admissions by themselves', () => {
  const meter = new LoadMeter(new SequenceTable(), 4);
  assert.deepEqual([meter.submitted(), meter.submitted()], [1, 2]);
  meter.admitted(3, 1, true);
  meter.preempted();
  meter.admitted(2, 5, false);
  assert.deepEqual(load(meter), {
    ...emptyLoad(),
    submitsSeen: 2,
    hitBlocks: 3,
    missedBlocks: 1,
    readmittedHitBlocks: 2,
    readmittedMissedBlocks: 5,
    preemptions: 1,
  });
});

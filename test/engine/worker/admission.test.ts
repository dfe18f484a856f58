import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Admission } from '../../../engine/worker/admission.ts';
import { LoadMeter } from '../../../engine/worker/load-meter.ts';
import { SequenceBlocks } from '../../../engine/worker/sequence-blocks.ts';
import { SequenceTable, type Slot, STAGE } from '../../../engine/worker/sequence-table.ts';
import { emptyLoad, OUTCOME, type WorkerConfig } from '../../../shared/protocol.ts';
import { U32List } from '../../../shared/u32-list.ts';
import { submitWith, workerConfigWith } from '../../support/sequences.ts';

type Submit = NonNullable<Parameters<typeof submitWith>[1]>;

function rig(changes: Partial<WorkerConfig> = {}) {
  const config = workerConfigWith(changes);
  const sequences = new SequenceTable();
  const blocks = new SequenceBlocks(config, sequences, new U32List());
  const meter = new LoadMeter(sequences, config.blockSize);
  const admission = new Admission(config, sequences, blocks, meter);
  return {
    admission,
    sequences,
    load: () => {
      const report = emptyLoad();
      meter.fill(report);
      return report;
    },
    enqueue: (request: number, submit: Submit = {}): Slot => {
      const command = submitWith(request, submit);
      assert.equal(admission.refusalOf(command), undefined);
      admission.enqueue(command, meter.submitted());
      return sequences.find(command.request);
    },
    /** Admits those that wait, with room for their prompts. Returns who runs. */
    admit: (atUs: number) => {
      for (let slot = admission.waiting.peek(); slot >= 0; slot = admission.waiting.peek()) {
        if (!admission.tryAdmit(slot, atUs, (one) => sequences.knownTokens(one))) break;
      }
      return admission.running.map((slot) => sequences.request[slot]);
    },
  };
}

test('the queue has room for max_waiting, and for those that find a slot', () => {
  const { admission, enqueue, admit } = rig({ maxNumSeqs: 1, maxWaiting: 2 });
  for (const request of [1, 2, 3]) enqueue(request);
  assert.equal(admission.refusalOf(submitWith(4)), OUTCOME.queueFull);
  const first = admission.waiting.peek();
  admission.tryAdmit(first, 0, () => 8);
  assert.equal(admission.refusalOf(submitWith(4)), OUTCOME.queueFull);
  admission.leave(first, 10);
  assert.equal(admission.refusalOf(submitWith(4)), undefined);
  assert.deepEqual(admit(10), [2, 3]);
});

test('what can never fit the cache is refused, however empty it is', () => {
  const { admission } = rig({ numBlocks: 4 });
  const ask = (outputTokens: number) => submitWith(1, { promptTokens: 10, outputTokens });
  assert.equal(admission.refusalOf(ask(7)), undefined);
  assert.equal(admission.refusalOf(ask(8)), OUTCOME.tooLong);
});

test('who has a better priority gets in first, then who came first', () => {
  const { admission, enqueue, admit } = rig({ numBlocks: 4 });
  enqueue(1);
  assert.equal(admission.hasPriorities, false);
  enqueue(2, { priority: -1 });
  enqueue(3);
  assert.equal(admission.hasPriorities, true);
  assert.deepEqual(admit(0), [2, 1], 'two blocks each');
});

test('the last of the worst priority gives way, and keeps its place in the queue', () => {
  const { admission, sequences, enqueue, admit, load } = rig({ numBlocks: 6 });
  const [, , worst] = [enqueue(1, { priority: 1 }), enqueue(2), enqueue(3, { priority: 1 })];
  enqueue(4, { priority: 1 });
  admit(5);
  assert.equal(admission.victim(), worst);
  admission.preempt(admission.victim(), 9);
  assert.equal(sequences.stage[worst!], STAGE.waiting);
  assert.equal(admission.waiting.peek(), worst, 'ahead of the one that came after it');
  assert.equal(load().preemptions, 1);
  admit(11);
  assert.equal(sequences.admittedUs[worst!], 5, 'its first admission counts');
  assert.equal(load().readmittedMissedBlocks, 2);
});

describe('siblings', () => {
  test('wait for the first token of the first, and have its prefill for nothing', () => {
    const { admission, sequences, enqueue, admit } = rig();
    const first = enqueue(1);
    const second = enqueue(2, { siblingOf: 1 });
    assert.equal(sequences.stage[second], STAGE.held);
    assert.deepEqual(admit(0), [1]);
    admission.prefilled(first);
    assert.deepEqual(admit(7), [1, 2]);
    assert.equal(admission.sharesPrefill(second), true);
    assert.equal(admission.waits.waitedUsAt(7), 7, 'what is held waits');
    admission.preempt(second, 8);
    assert.equal(admission.sharesPrefill(second), false);
  });

  test('compute the prompt themselves if the first ends before that', () => {
    const { admission, enqueue, admit, load } = rig();
    const first = enqueue(1);
    const second = enqueue(2, { siblingOf: 1 });
    admission.leave(first, 3);
    assert.deepEqual(admit(3), [2]);
    assert.equal(admission.sharesPrefill(second), false);
    assert.equal(load().prefillTokensPending, 8);
  });

  test('are on their own when the first is gone already', () => {
    const { sequences, enqueue } = rig();
    assert.equal(sequences.stage[enqueue(2, { siblingOf: 1 })], STAGE.waiting);
  });
});

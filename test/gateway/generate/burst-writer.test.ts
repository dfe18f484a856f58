import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ANSWER_EVENTS,
  BurstWriter,
  type PendingAnswer,
  TURN_EVENTS,
} from '../../../gateway/generate/burst-writer.ts';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch } from '../../../shared/protocol.ts';

/** A writer, and the order of what it did. */
function rig() {
  const log: string[] = [];
  const noteWritten = (batch: EventBatch) => {
    log.push(`batch ${batch.seq}`);
    if (batch.seq === 0) throw new Error('metrics');
  };
  const writer = new BurstWriter(noteWritten, (error) => log.push(String(error)));
  const broke = (name: string) => (error: unknown) => log.push(`${name}: ${error}`);
  const answer = (name: string): PendingAnswer => ({
    flush: () => log.push(name) * 0,
    broke: broke(name),
  });
  const broken = (name: string): PendingAnswer => ({
    flush: () => {
      throw new Error('write');
    },
    broke: broke(name),
  });
  const batch = (seq: number) => {
    const made = new EventBatch(workerId(0));
    made.seq = seq;
    return made;
  };
  return { log, writer, answer, broken, batch };
}

/** An answer with so many events to write, and how many it wrote in each call. */
class LongAnswer implements PendingAnswer {
  readonly written: number[] = [];
  readonly #writer: BurstWriter;
  readonly #log: LongAnswer[];
  #left: number;

  constructor(writer: BurstWriter, log: LongAnswer[], events: number) {
    this.#writer = writer;
    this.#log = log;
    this.#left = events;
    writer.add(this);
  }

  flush(events: number): number {
    const wrote = Math.min(events, this.#left);
    this.#left -= wrote;
    this.written.push(wrote);
    this.#log.push(this);
    if (this.#left > 0) this.#writer.add(this);
    return wrote;
  }

  get total(): number {
    return this.written.reduce((sum, events) => sum + events, 0);
  }

  broke(error: unknown): void {
    throw error;
  }
}

test('answers are written at the end of the turn, and then their batches are noted', async () => {
  const { log, writer, answer, batch } = rig();
  writer.add(answer('a'));
  writer.addBatch(batch(1));
  writer.add(answer('b'));
  writer.addBatch(batch(2));
  assert.deepEqual(log, []);
  await nextTurn();
  assert.deepEqual(log, ['a', 'b', 'batch 1', 'batch 2']);
});

test('nothing is written twice', async () => {
  const { log, writer, answer } = rig();
  writer.add(answer('a'));
  writer.flush();
  assert.deepEqual(log, ['a']);
  await nextTurn();
  assert.deepEqual(log, ['a']);
});

test('a turn writes no more than it has room for, and the next ones write the rest', () => {
  const { writer } = rig();
  const long = new LongAnswer(writer, [], 3 * TURN_EVENTS);
  for (let turn = 1; turn <= 3; turn++) {
    writer.flush();
    assert.equal(long.total, turn * TURN_EVENTS);
  }
  writer.flush();
  assert.equal(long.total, 3 * TURN_EVENTS);
});

test('answers take turns, so that a short one does not wait for long ones', () => {
  const { writer } = rig();
  const order: LongAnswer[] = [];
  const first = new LongAnswer(writer, order, 1_000_000);
  const second = new LongAnswer(writer, order, 1_000_000);
  const short = new LongAnswer(writer, order, 1);
  writer.flush();
  assert.deepEqual(order.slice(0, 5), [first, second, short, first, second]);
  assert.ok(Math.max(...first.written) <= ANSWER_EVENTS);
  assert.ok(Math.abs(first.total - second.total) <= ANSWER_EVENTS);
});

test('many answers that have nothing to write do not hold a turn either', () => {
  const { log, writer, answer } = rig();
  for (let at = 0; at < TURN_EVENTS + 1; at++) writer.add(answer('a'));
  writer.flush();
  assert.equal(log.length, TURN_EVENTS);
  writer.flush();
  assert.equal(log.length, TURN_EVENTS + 1);
});

test('a batch is noted once all answers before it have had their turn, not later', () => {
  const { log, writer, answer, batch } = rig();
  const order: LongAnswer[] = [];
  new LongAnswer(writer, order, 1_000_000);
  writer.addBatch(batch(1));
  for (let at = 0; at < TURN_EVENTS; at++) writer.add(answer('a'));
  writer.addBatch(batch(2));
  writer.flush();
  assert.equal(log.at(-1), 'batch 1');
  writer.flush();
  assert.equal(log.at(-1), 'batch 2');
});

test('an answer that throws fails alone', async () => {
  const { log, writer, answer, broken, batch } = rig();
  writer.add(answer('a'));
  writer.add(broken('b'));
  writer.add(answer('c'));
  writer.addBatch(batch(1));
  await nextTurn();
  assert.deepEqual(log, ['a', 'b: Error: write', 'c', 'batch 1']);
});

test('metrics that throw cost that batch of metrics', async () => {
  const { log, writer, answer, batch } = rig();
  writer.add(answer('a'));
  writer.addBatch(batch(0));
  writer.addBatch(batch(1));
  await nextTurn();
  assert.deepEqual(log, ['a', 'batch 0', 'Error: metrics', 'batch 1']);
});

test('a whole answer is written at once, but behind others that wait', async () => {
  const { log, writer, answer, broken, batch } = rig();
  writer.addWhole(answer('a'));
  writer.addWhole(broken('b'));
  writer.addBatch(batch(1));
  assert.deepEqual(log, ['a', 'b: Error: write']);
  writer.add(answer('c'));
  writer.addWhole(answer('d'));
  assert.equal(log.length, 2);
  await nextTurn();
  assert.deepEqual(log.slice(2), ['c', 'd', 'batch 1']);
});

test('whole answers have no more room in a turn than others', async () => {
  const { log, writer, answer } = rig();
  for (let count = 0; count <= TURN_EVENTS; count++) writer.addWhole(answer('a'));
  assert.equal(log.length, TURN_EVENTS);
  await nextTurn();
  assert.equal(log.length, TURN_EVENTS);
  await nextTurn();
  assert.equal(log.length, TURN_EVENTS + 1);
});

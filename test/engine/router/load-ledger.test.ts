import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadLedger } from '../../../engine/router/load-ledger.ts';
import { emptyLoad, type LoadReport } from '../../../shared/protocol.ts';
import { fc } from '../../support/property.ts';

/** Tokens per block. */
const BLOCK_SIZE = 10;

function load(fields: Partial<LoadReport>): LoadReport {
  return { ...emptyLoad(), ...fields };
}

test('a booking counts at once, and only on its worker', () => {
  const ledger = new LoadLedger(2, BLOCK_SIZE);
  ledger.book(1, 96);
  assert.deepEqual(loadOf(ledger, 0), [0, 0, 0]);
  assert.deepEqual(loadOf(ledger, 1), [1, 10, 96]);
});

test('a report replaces what it covers and keeps what is still under way', () => {
  const ledger = new LoadLedger(1, BLOCK_SIZE);
  ledger.book(0, 100);
  ledger.book(0, 200);
  ledger.book(0, 400);
  const report = { activeBlocks: 11, waitingBlocks: 3, prefillTokensPending: 50 };
  ledger.report(0, load({ ...report, submitsSeen: 2 }));
  assert.deepEqual(loadOf(ledger, 0), [3, 11 + 3 + 40, 50 + 400]);
  ledger.report(0, load({ submitsSeen: 3 }));
  assert.deepEqual(loadOf(ledger, 0), [3, 0, 0]);
});

test('what runs, waits and is used is that of the last report, whatever was booked since', () => {
  const ledger = new LoadLedger(2, BLOCK_SIZE);
  ledger.report(1, load({ running: 3, waiting: 2, activeBlocks: 40, waitingBlocks: 5 }));
  ledger.book(1, 100);
  assert.deepEqual([ledger.running(1), ledger.waiting(1), ledger.usedBlocks(1)], [3, 2, 40]);
  assert.deepEqual([ledger.running(0), ledger.waiting(0), ledger.usedBlocks(0)], [0, 0, 0]);
  ledger.reset(1);
  assert.deepEqual([ledger.running(1), ledger.waiting(1), ledger.usedBlocks(1)], [0, 0, 0]);
});

test('any number of bookings can be under way, and reports take them off in order', () => {
  const ledger = new LoadLedger(1, BLOCK_SIZE);
  let blocks = 0;
  for (let n = 1; n <= 10; n++) ledger.book(0, n);
  ledger.report(0, load({ submitsSeen: 10 }));
  for (let n = 1; n <= 100; n++) {
    ledger.book(0, 10 * n);
    blocks += n;
  }
  for (let n = 1; n <= 100; n++) {
    assert.deepEqual(loadOf(ledger, 0), [110, blocks, 10 * blocks]);
    ledger.report(0, load({ submitsSeen: 10 + n }));
    blocks -= n;
  }
});

test('a request ends once', () => {
  const ledger = new LoadLedger(1, BLOCK_SIZE);
  ledger.book(0, 1);
  ledger.finish(0);
  assert.equal(ledger.activeRequests(0), 0);
  assert.throws(() => ledger.finish(0), /ends once/);
});

test('a report of submits that were never booked, or of fewer than before, is refused', () => {
  const ledger = new LoadLedger(1, BLOCK_SIZE);
  ledger.book(0, 1);
  ledger.report(0, load({ submitsSeen: 1 }));
  assert.throws(() => ledger.report(0, load({ submitsSeen: 2 })), /only booked/);
  assert.throws(() => ledger.report(0, load({ submitsSeen: 0 })), /never sees fewer/);
});

test('a reset forgets one worker and lets its submits count from zero', () => {
  const ledger = new LoadLedger(2, BLOCK_SIZE);
  for (const worker of [0, 1]) {
    ledger.book(worker, 100);
    ledger.report(worker, load({ activeBlocks: 5, submitsSeen: 1 }));
    ledger.book(worker, 200);
  }
  ledger.reset(0);
  assert.deepEqual(loadOf(ledger, 0), [0, 0, 0]);
  assert.deepEqual(loadOf(ledger, 1), [2, 25, 200]);
  ledger.book(0, 70);
  ledger.report(0, load({ submitsSeen: 0 }));
  assert.deepEqual(loadOf(ledger, 0), [1, 7, 70]);
});

test('the ledger is the last report plus the bookings after it, and zero after a drain', () => {
  const step = fc.record({
    bookings: fc.array(fc.nat(5000), { maxLength: 40 }),
    seen: fc.nat(60),
    activeBlocks: fc.nat(1000),
    prefillTokensPending: fc.nat(9000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const ledger = new LoadLedger(1, BLOCK_SIZE);
      const underWay: number[] = [];
      let booked = 0;
      let submitsSeen = 0;
      for (const { bookings, seen, activeBlocks, prefillTokensPending } of steps) {
        for (const tokens of bookings) ledger.book(0, tokens);
        underWay.push(...bookings);
        booked += bookings.length;
        submitsSeen += underWay.splice(0, seen).length;
        ledger.report(0, load({ activeBlocks, prefillTokensPending, submitsSeen }));
        const blocks = underWay.reduce((sum, n) => sum + Math.ceil(n / BLOCK_SIZE), activeBlocks);
        const tokens = underWay.reduce((sum, n) => sum + n, prefillTokensPending);
        assert.deepEqual(loadOf(ledger, 0), [booked, blocks, tokens]);
      }
      ledger.report(0, load({ submitsSeen: booked }));
      for (let n = 0; n < booked; n++) ledger.finish(0);
      assert.deepEqual(loadOf(ledger, 0), [0, 0, 0]);
    }),
    { numRuns: 60 },
  );
});

function loadOf(ledger: LoadLedger, worker: number): number[] {
  return [
    ledger.activeRequests(worker),
    ledger.decodeBlocks(worker),
    ledger.prefillTokensPending(worker),
  ];
}

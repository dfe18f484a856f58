import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalLog } from '../../../lab/measure/arrival-log.ts';

test('there is nothing to say while the requests of the trace come one after the other', () => {
  const log = new ArrivalLog();
  for (let n = 0; n < 5; n++) log.next();
  assert.equal(log.order(), undefined);
});

test('from the first turn that waited, every arrival is written down', () => {
  const log = new ArrivalLog();
  log.next();
  log.next();
  log.turn(7, 1);
  log.next();
  log.turn(0, 3);
  assert.deepEqual(log.order(), {
    before: 2,
    turns: Uint32Array.of(8, 1, 0, 1, 3),
    refused: new Uint32Array(0),
  });
});

test('refused requests are given in order of arrival', () => {
  const log = new ArrivalLog();
  for (let n = 0; n < 4; n++) log.next();
  log.refused(3);
  log.refused(1);
  log.next();
  assert.deepEqual(log.order(), {
    before: 4,
    turns: Uint32Array.of(0),
    refused: Uint32Array.of(1, 3),
  });
});

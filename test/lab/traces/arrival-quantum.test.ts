import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalQuantum, spreadArrivals } from '../../../lab/traces/arrival-quantum.ts';
import { TraceRow } from '../../../lab/traces/trace-row.ts';
import { type TraceTable, TraceTableBuilder } from '../../../lab/traces/trace-table.ts';
import { Rng } from '../../../shared/rng.ts';

function tableAt(timesUs: readonly number[]): TraceTable {
  const builder = new TraceTableBuilder();
  for (const timeUs of timesUs) builder.add(Object.assign(new TraceRow(), { timeUs }));
  return builder.build();
}

/** Poisson arrivals, 4 a second, and the same rounded down to 3 s, but for 1 ms. */
const rng = new Rng(5);
const EXACT: number[] = [];
for (let atUs = 0; EXACT.length < 2000; atUs += rng.exponential(250_000)) {
  EXACT.push(Math.round(atUs));
}
const ROUNDED = EXACT.map((atUs) => {
  const moment = Math.floor(atUs / 3e6);
  return moment * 3e6 + (moment % 2) * 1000;
});

test('the quantum of rounded times is found, and none where they are not', () => {
  const quantum = arrivalQuantum(tableAt(ROUNDED));
  assert.ok(Math.abs((quantum?.us ?? 0) - 3e6) <= 1000, `${quantum?.us}`);
  assert.ok(Math.abs((quantum?.perMoment ?? 0) - 12) < 1);
  assert.equal(arrivalQuantum(tableAt(EXACT)), undefined);
  const bursts = EXACT.map((_, at) => EXACT[at - (at % 8)]!);
  assert.equal(arrivalQuantum(tableAt(bursts)), undefined, 'bursts at no regular times');
  const ofOneMs = EXACT.map((atUs) => Math.floor(atUs / 1e6) * 1000);
  assert.equal(arrivalQuantum(tableAt(ofOneMs)), undefined, 'too short to matter');
  assert.equal(arrivalQuantum(tableAt([0, 0, 0])), undefined);
});

test('spread requests keep their order, and none leaves the time that it was rounded from', () => {
  const table = tableAt(ROUNDED);
  const { timeUs, arrivals } = spreadArrivals(table, 3e6, 1);
  assert.deepEqual(arrivals, table.arrivals);
  const moments = [...new Set(ROUNDED)];
  for (const [row, atUs] of timeUs.entries()) {
    const momentUs = ROUNDED[row]!;
    const nextUs = moments[moments.indexOf(momentUs) + 1] ?? momentUs + 3e6;
    assert.ok(atUs >= momentUs && atUs <= nextUs, `row ${row}`);
    assert.ok(row === 0 || atUs >= timeUs[row - 1]!, `row ${row} is in order`);
  }
  const inFirstHalf = timeUs.filter((atUs, row) => atUs - ROUNDED[row]! < 1.5e6).length;
  assert.ok(Math.abs(inFirstHalf / timeUs.length - 0.5) < 0.04, 'evenly');
  assert.equal(arrivalQuantum({ ...table, timeUs }), undefined);
});

test('a seed gives the same times again, another one others', () => {
  const table = tableAt(ROUNDED);
  const timesOf = (seed: number) => spreadArrivals(table, 3e6, seed).timeUs;
  assert.deepEqual(timesOf(1), timesOf(1));
  assert.notDeepEqual(timesOf(1), timesOf(2));
  assert.ok(
    table.timeUs.every((atUs, row) => atUs === ROUNDED[row]),
    'the table is as it was',
  );
});

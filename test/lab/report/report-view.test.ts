import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURVE_SHARES } from '../../../lab/measure/replay-result.ts';
import type { ReportData } from '../../../lab/report/report-data.ts';
import { reportGrid } from '../../../lab/report/report-grid.ts';
import { mergeBuckets, reportView } from '../../../lab/report/report-view.ts';
import { summaryTables } from '../../../lab/report/summary.ts';
import { fc } from '../../support/property.ts';
import { sampleReport } from './sample-report.ts';

const sample = sampleReport({
  policies: ['smart', 'random'],
  rates: [1],
  workers: 2,
  seeds: [1, 2],
  requests: 60,
});

/** The sample with series of `workers` rows of `buckets` equal values. */
function withSeries(workers: number, buckets: number): ReportData {
  const rows = Array.from({ length: workers }, () => Array.from({ length: buckets }, () => 1.5));
  return {
    ...sample,
    cells: sample.cells.map((cell) => ({
      ...cell,
      result: {
        ...cell.result,
        series: { ...cell.result.series, running: rows, waiting: rows, kvUse: rows },
      },
    })),
  };
}

test('merged buckets have the mean of what they merge', () => {
  assert.deepEqual(mergeBuckets([1, 3, 5, 7, 10], 2), [2, 6, 10]);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (row, size) => {
        const merged = mergeBuckets(row, size);
        assert.equal(merged.length, Math.ceil(row.length / size));
        const last = row.length - (merged.length - 1) * size;
        const sum = merged.reduce(
          (total, mean, at) => total + mean * (at === merged.length - 1 ? last : size),
          0,
        );
        const expected = row.reduce((total, value) => total + value, 0);
        assert.ok(Math.abs(sum - expected) <= 1e-9 * (1 + expected));
      },
    ),
    { numRuns: 100 },
  );
});

test('heat maps stay within their budget, however many workers there are', () => {
  for (const workers of [1, 8, 64, 256]) {
    const data = withSeries(workers, 240);
    const view = reportView(data, reportGrid(data));
    const numbers = view.runs.flatMap(({ heat }) => [...heat.load.flat(), ...heat.kvUse.flat()]);
    assert.equal(view.runs.length, 2);
    assert.ok(numbers.length <= 50_000, `${workers} workers: ${numbers.length} numbers`);
    for (const { heat, bucketSeconds } of view.runs) {
      const buckets = heat.load[0]?.length ?? 0;
      assert.equal(heat.load.length, workers);
      assert.ok(buckets >= 24 && buckets * heat.bucketSeconds >= 240 * bucketSeconds);
      assert.deepEqual(new Set(heat.load.flat()), new Set([3]));
    }
  }
});

test('a run is the first seed of its policy, a point is every cell', () => {
  const view = reportView(sample, reportGrid(sample));
  assert.deepEqual(
    view.runs.map(({ policy, seed }) => [policy, seed]),
    [
      [0, 1],
      [1, 1],
    ],
  );
  assert.deepEqual(view.points.map(({ policy, seed }) => [policy, seed]).sort(), [
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
  ]);
  for (const run of view.runs) {
    assert.equal(run.ttftMs.length, CURVE_SHARES.length);
    assert.equal(run.tokenHitRate.length, run.queue.length);
  }
});

test('the bound of a run is the mean over its seeds, as in the table', () => {
  const cells = sample.cells.map((cell) => ({
    ...cell,
    bound: { tokenHitRate: cell.seed === 1 ? 0.3 : 0.5, blockHitRate: 0.2 },
  }));
  const data = { ...sample, cells };
  const grid = reportGrid(data);
  assert.deepEqual(
    reportView(data, grid).runs.map(({ hitBound }) => hitBound),
    [0.4, 0.4],
  );
  assert.match(summaryTables(grid, 0).text, /<td>40\.0 %<small>/);
  const unknown = { ...sample, cells: cells.map((cell) => ({ ...cell, bound: undefined })) };
  const { runs } = reportView(unknown, reportGrid(unknown));
  assert.deepEqual(
    runs.map(({ hitBound }) => hitBound),
    [null, null],
  );
});

test('a point has the arrivals that were measured, not those asked for', () => {
  const { points } = reportView(sample, reportGrid(sample));
  assert.deepEqual(
    points.map(({ arrivalsPerSecond }) => arrivalsPerSecond).sort(),
    sample.cells.map(({ result }) => result.arrivalsPerSecond).sort(),
  );
  assert.ok(points.every(({ arrivalsPerSecond }) => arrivalsPerSecond > 0));
});

test('a service level that asks for nothing has no bound', () => {
  const serviceLevel = { ttftUs: 1.5e6, itlUs: Number.POSITIVE_INFINITY, e2eUs: 1 };
  const view = reportView({ ...sample, serviceLevel }, reportGrid(sample));
  assert.equal(view.ttftMsMax, 1500);
  assert.equal(view.itlMsMax, null);
});

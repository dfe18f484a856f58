import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportGrid } from '../../../lab/report/report-grid.ts';
import { sampleReport } from './sample-report.ts';

const sample = sampleReport({
  policies: ['smart', 'random'],
  rates: [1, 2],
  workers: 2,
  seeds: [1, 2],
  requests: 20,
});

test('cells that differ in the seed alone are one group, in the order of the cells', () => {
  const { policies, settings, groups } = reportGrid(sample);
  assert.deepEqual(policies, ['smart', 'random']);
  assert.deepEqual(
    settings.map(({ label }) => label),
    ['1× speed', '2× speed'],
  );
  assert.deepEqual(
    groups.map(({ policy, setting, cells }) => [policy, setting, cells.map(({ seed }) => seed)]),
    [
      [0, 0, [1, 2]],
      [1, 0, [1, 2]],
      [0, 1, [1, 2]],
      [1, 1, [1, 2]],
    ],
  );
});

test('a setting is named for its rate and for whatever else is swept', () => {
  const cells = sample.cells.map((cell, at) => ({ ...cell, variant: `${2 + (at % 2)} workers` }));
  const { settings } = reportGrid({ ...sample, cells, rateUnit: 'req/s' });
  assert.deepEqual(
    settings.map(({ label }) => label),
    ['1 req/s, 2 workers', '1 req/s, 3 workers', '2 req/s, 2 workers', '2 req/s, 3 workers'],
  );
});

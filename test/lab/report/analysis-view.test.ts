import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceStats } from '../../../lab/analyze/trace-stats.ts';
import { analysisView, turnsText } from '../../../lab/report/analysis-view.ts';
import { createWorkload } from '../../../lab/workloads/workloads.ts';

test('the view has what the plots draw, in the units of their axes', () => {
  const source = createWorkload({ workload: 'multi-turn', parameters: { requests: 400 }, seed: 1 });
  const stats = traceStats(source, 16, 64);
  const { curves, arrivals, bucketSeconds, turns } = analysisView(stats, 3_000_000);
  assert.deepEqual(
    curves.map(({ name, tokens }) => [name, tokens[0]]),
    [
      ['16 tokens a block', 16],
      ['64 tokens a block', 64],
    ],
  );
  for (const { hitRates, hitBound } of curves) assert.equal(hitRates.at(-1), hitBound);
  const requests = arrivals.slice(0, -1).reduce((sum, rate) => sum + rate * bucketSeconds, 0);
  assert.ok(Math.abs(requests / 400 - 1) < 0.01);
  assert.equal(turns[0]?.within, 0);
  assert.ok((turns[1]?.within ?? 0) > 0.3);
});

test('where no session has a second turn, no turns are drawn', () => {
  const source = createWorkload({ workload: 'lengths', parameters: { requests: 20 }, seed: 1 });
  assert.deepEqual(analysisView(traceStats(source, 16), 3_000_000).turns, []);
});

test('groups of turns are named', () => {
  assert.deepEqual(
    [turnsText(1, 1), turnsText(6, 10), turnsText(21, null)],
    ['1', '6 to 10', '21 and later'],
  );
});

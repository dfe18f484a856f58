import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParityFigures } from '../../../lab/parity/parity-figures.ts';
import { type CaseResult, caseTable, summaryTable } from '../../../lab/parity/parity-table.ts';

const LIVE: ParityFigures = {
  finished: 10,
  unfinished: 0,
  ttftMs: { p50: 101, p90: 200, p99: 300 },
  itlMs: { p50: null, p90: null, p99: null },
  e2eMs: { p50: 1000, p90: 2000, p99: 3000 },
  blockHitRate: 0.5,
  workerShares: [0.75, 0.25],
};
const RESULT: CaseResult = {
  engine: 'paced',
  policy: 'smart',
  live: LIVE,
  replayed: {
    ...LIVE,
    ttftMs: { p50: 100, p90: 200, p99: 0 },
    blockHitRate: 0.51,
    workerShares: [0.7, 0.3],
  },
  liveRun: { replies: [], failures: [], latenessUs: [], seconds: 1 },
  replayMs: 1,
};

test('times differ by a share of what the replay says, shares by points', () => {
  assert.equal(
    caseTable(RESULT, false),
    `                      live   replay    difference
TTFT p50            101 ms   100 ms       +1.00 %
TTFT p90            200 ms   200 ms        0.00 %
TTFT p99            300 ms  0.00 ms             -
ITL p50               - ms     - ms             -
ITL p90               - ms     - ms             -
ITL p99               - ms     - ms             -
E2E p50            1000 ms  1000 ms        0.00 %
E2E p90            2000 ms  2000 ms        0.00 %
E2E p99            3000 ms  3000 ms        0.00 %
block hit rate     50.00 %  51.00 %  -1.00 points
share of worker-0  75.00 %  70.00 %  +5.00 points
share of worker-1  25.00 %  30.00 %  -5.00 points
`,
  );
});

test('the summary has a line for each case and says whether it agrees', () => {
  const agreeing = { ...RESULT, replayed: LIVE };
  const [, first = '', second = ''] = summaryTable([RESULT, agreeing], false).split('\n');
  assert.match(first, /^paced +smart +101 ms +100 ms +\+1\.00 % .* 5\.00 points +no$/);
  assert.match(second, /^paced +smart +101 ms +101 ms +0\.00 % .* 0\.00 points +yes$/);
});

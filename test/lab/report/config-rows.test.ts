import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configRows } from '../../../lab/report/config-rows.ts';

test('every field of a configuration has a row, nested ones by their path', () => {
  const config = {
    workers: 8,
    policies: ['smart', 'random'],
    worker: { latency: { kind: 'constant', itlUs: 5000 }, prefixCaching: true },
    remoteFetch: undefined,
    steps: [{ at: 1 }, { at: 2 }],
  };
  assert.deepEqual(configRows(config), [
    ['workers', '8'],
    ['policies', 'smart, random'],
    ['worker.latency.kind', 'constant'],
    ['worker.latency.itlUs', '5000'],
    ['worker.prefixCaching', 'true'],
    ['remoteFetch', 'none'],
    ['steps.0.at', '1'],
    ['steps.1.at', '2'],
  ]);
});

test('a long list is cut, and says how long it is', () => {
  const [[, text] = ['', '']] = configRows({ numbers: Array.from({ length: 40 }, (_, at) => at) });
  assert.match(text, /, 31 … \(40\)$/);
});

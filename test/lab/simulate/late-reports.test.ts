import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LateReports } from '../../../lab/simulate/late-reports.ts';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch } from '../../../shared/protocol.ts';

test('reports arrive in order, each after the delay, as they were when they left', () => {
  const reports = new LateReports(100);
  const batch = new EventBatch(workerId(0));
  for (let n = 0; n < 50; n++) {
    batch.clear();
    batch.worker = workerId(n % 3);
    batch.kv.push2(n, n + 1);
    batch.load.running = n;
    reports.send(batch, n * 10);
    // Every other report is delivered while more are on their way.
    if (n % 2 === 1) expectNext((n - 1) / 2);
  }
  for (let n = 25; n < 50; n++) expectNext(n);
  assert.equal(reports.nextUs(), Number.POSITIVE_INFINITY);

  function expectNext(n: number): void {
    assert.equal(reports.nextUs(), n * 10 + 100);
    reports.deliver((report) => {
      assert.equal(report.worker, n % 3);
      assert.deepEqual([...report.kv.view()], [n, n + 1]);
      assert.equal(report.load.running, n);
    });
  }
});

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { BenchSuite } from '../bench/micro/bench-result.ts';

const suites = readdirSync('bench/micro').flatMap(
  (file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? [],
);

test('there are suites to run', () => {
  assert.notEqual(suites.length, 0);
});

for (const name of suites) {
  test(`bench/micro/${name}.bench.ts runs and gives a finite figure for every task`, async () => {
    const { suite }: { suite: BenchSuite } = await import(`../bench/micro/${name}.bench.ts`);
    const rows = await suite('smoke');
    assert.notEqual(rows.length, 0);
    assert.equal(new Set(rows.map((row) => row.name)).size, rows.length, 'names are distinct');
    for (const row of rows) {
      for (const figure of [row.opsPerSecond, row.nsPerOp, row.p50Us ?? 1, row.p99Us ?? 1]) {
        assert.ok(Number.isFinite(figure) && figure > 0, `${row.name}: ${JSON.stringify(row)}`);
      }
    }
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLab } from '../../cli/commands/lab-rig.ts';

test('a line explains each decision, of any policy, by what every worker would have cost', async () => {
  const { files } = await runLab(
    'replay --workload multi-turn --set requests=40 --workers 3 --policies smart,random ' +
      '--records --out x',
  );
  const [, ...records] = files.get('x/requests.csv')?.trimEnd().split('\n') ?? [];
  const lines = files.get('x/decisions.jsonl')?.trimEnd().split('\n') ?? [];
  const decisions = lines.map((line) => JSON.parse(line));
  assert.equal(decisions.length, records.length);
  for (const [at, { cell, policy, request, worker, regret, candidates }] of decisions.entries()) {
    const [, , , , , number, , , , , placed] = records[at]!.split(',');
    assert.deepEqual([cell, request, worker], [at < 40 ? 0 : 1, Number(number), Number(placed)]);
    const costs: number[] = candidates.map((candidate: { cost: number }) => candidate.cost);
    assert.equal(regret, costs[worker]! - Math.min(...costs));
    assert.ok(policy !== 'smart' || regret === 0);
    for (const { cost, terms } of candidates) {
      const sum = Object.values<number>(terms).reduce((total, term) => total + term, 0);
      assert.ok(Math.abs(sum - cost) < 1e-6 * cost);
    }
  }
  assert.ok(
    decisions.some(({ regret }) => regret > 0),
    'random errs',
  );
});

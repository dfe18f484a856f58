import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLab } from './lab-rig.ts';

test('the chosen weights are at least as good as the default, and can be pasted', async () => {
  const { code, out, error, files } = await runLab(
    'tune --workload shared-prefix --set requests=150 --set qps=30 --set groups=20 --workers 4 ' +
      '--kv-blocks 400 --slo ttft=400ms --kv-overlap-weight 0,2 --load-balance-weight 0,1 ' +
      '--seeds 1 --out x',
  );
  assert.equal(error, '');
  assert.equal(code, 0);
  const { chosen, candidates } = JSON.parse(files.get('x/tune.json') ?? '');
  const shareOf = (weights: object): number => {
    const text = JSON.stringify(weights);
    return candidates.find((each: { weights: object }) => JSON.stringify(each.weights) === text)
      .goodShare;
  };
  const standard = { kvOverlapWeight: 1, loadBalanceWeight: 0.5, routerTemperature: 0 };
  assert.ok(shareOf(chosen) >= shareOf(standard) - 0.001);
  assert.match(out, /^chosen /m);
  assert.match(out, /^default /m);
  assert.match(out, new RegExp(`^FAKEAI_KV_OVERLAP_WEIGHT=${chosen.kvOverlapWeight}$`, 'm'));
  assert.match(out, new RegExp(`^FAKEAI_LOAD_BALANCE_WEIGHT=${chosen.loadBalanceWeight}$`, 'm'));
  assert.match(out, /^FAKEAI_ROUTER_POLICY=smart$/m);
});

test('more than one fleet, or a policy without weights, is refused', async () => {
  for (const flags of ['--workers 2,4', '--policies random']) {
    const { code, error } = await runLab(`tune --workload lengths ${flags}`);
    assert.equal(code, 2);
    assert.match(error, /^fakeai: tune finds the weights of one fleet/);
  }
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Weights } from '../../../lab/experiment/weights.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';
import { runLab } from './lab-rig.ts';

test('the chosen weights are compared with the default and with every policy', async () => {
  const { code, out, error, files } = await runLab(
    'tune --workload shared-prefix --set requests=150 --set qps=30 --set groups=20 --workers 4 ' +
      '--kv-blocks 400 --slo ttft=400ms --kv-overlap-weight 0,2 --load-balance-weight 0,1 ' +
      '--seeds 1 --out x',
  );
  assert.equal(error, '');
  assert.equal(code, 0);
  const { chosen, candidates, comparisons } = JSON.parse(files.get('x/tune.json') ?? '');
  const shareOf = (weights: object): number => {
    const text = JSON.stringify(weights);
    return candidates.find((each: { weights: object }) => JSON.stringify(each.weights) === text)
      .goodShare;
  };
  const standard = { kvOverlapWeight: 1, loadBalanceWeight: 0.5, routerTemperature: 0 };
  assert.ok(shareOf(chosen) >= shareOf(standard) - 0.001);
  assert.match(out, /^chosen/m);
  assert.match(out, /^(chosen, )?default +1\/0\.5\/0 /m);
  assert.deepEqual(
    comparisons.map(({ against }: { against: string }) => against),
    ['default', ...POLICY_NAMES.filter((policy) => policy !== 'smart')],
  );
  for (const { against, verdict } of comparisons.slice(1)) {
    assert.match(out, new RegExp(`^${against} .* ${verdict} `, 'm'));
  }
  const replays = candidates.length + comparisons.length - 1;
  assert.match(
    out,
    new RegExp(
      `^${replays} replays of ${candidates.length} weights and ${POLICY_NAMES.length - 1} other`,
      'm',
    ),
  );
});

test('on one worker no weights and no policy make a difference, and there is nothing to set', async () => {
  const { out, files } = await runLab(
    'tune --workload shared-prefix --set requests=150 --set qps=5 --workers 1 --seeds 1 --out x ' +
      '--kv-overlap-weight 0,2 --load-balance-weight 0,1 --router-temperature 0',
  );
  const { comparisons } = JSON.parse(files.get('x/tune.json') ?? '');
  for (const { against, verdict } of comparisons) assert.equal(verdict, 'no difference', against);
  assert.match(out, /^None of the weights does better than the default: keep it\.$/m);
  assert.match(out, /^Within the spread it does no differently from round-robin, /m);
  assert.doesNotMatch(out, /^FAKEAI_/m);
});

test('where prompts share nothing the overlap weight is left alone', async () => {
  const { out, files } = await runLab(
    'tune --workload lengths --set requests=150 --set qps=20 --workers 2 --seeds 1 --out x ' +
      '--load-balance-weight 0,1 --router-temperature 0',
  );
  const { hasSharing, candidates } = JSON.parse(files.get('x/tune.json') ?? '');
  assert.equal(hasSharing, false);
  const tried = candidates.map(({ weights }: { weights: Weights }) => weights.kvOverlapWeight);
  assert.deepEqual([...new Set(tried)], [1]);
  assert.match(
    out,
    /of the overlap weight nothing can be said, and it was left at its default of 1/,
  );
  assert.doesNotMatch(out, /^FAKEAI_KV_OVERLAP_WEIGHT/m);
});

test('the choice is on the front', async () => {
  const { files } = await runLab(
    'tune --workload shared-prefix --set requests=100 --set qps=30 --set groups=20 --workers 4 ' +
      '--kv-blocks 400 --slo ttft=400ms --kv-overlap-weight 0,2 --load-balance-weight 0,1 --out x',
  );
  const { isComplete, chosen, candidates } = JSON.parse(files.get('x/tune.json') ?? '');
  assert.equal(isComplete, true);
  const front = candidates.filter(({ isOnFront }: { isOnFront: boolean }) => isOnFront);
  const text = JSON.stringify(chosen);
  assert.ok(
    front.some(({ weights }: { weights: object }) => JSON.stringify(weights) === text),
    text,
  );
});

test('only weights and seeds may be lists, within what serve accepts, and smart has weights', async () => {
  const REFUSED: readonly (readonly [string, RegExp])[] = [
    ['--workers 2,4', /'--workers <count>' argument '2,4' is invalid\. expected one value: only/],
    ['--staleness 0,5', /'--staleness <ms>' argument '0,5' is invalid\. expected one value/],
    ['--kv-overlap-weight 1,3', /3: expected a number from 0 to 2/],
    ['--load-balance-weight 2.5', /2\.5: expected a number from 0 to 2/],
    ['--router-temperature 11', /11: expected a number from 0 to 10/],
    ['--policies random', /unknown option '--policies'/],
  ];
  for (const [flags, message] of REFUSED) {
    const { code, error, files } = await runLab(`tune --workload lengths ${flags}`);
    assert.equal(code, 2, flags);
    assert.match(error, message);
    assert.equal(files.size, 0);
  }
});

test('the help offers lists only where they are taken', async () => {
  const { out } = await runLab('tune --help');
  assert.doesNotMatch(out, /--policies/);
  const lists = [...out.matchAll(/--([a-z-]+) <list>/g)].map(([, name]) => name);
  assert.deepEqual(lists, [
    'kv-overlap-weight',
    'load-balance-weight',
    'router-temperature',
    'seeds',
  ]);
});

test("a policy of the user's own is compared like any other, without weights", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fakeai-tune-'));
  const file = join(folder, 'first.mjs');
  writeFileSync(file, 'export default { create: () => ({ choose: () => 0 }) };');
  const { code, out, files } = await runLab(
    'tune --workload lengths --set requests=40 --workers 2 --load-balance-weight 0.5 ' +
      `--router-temperature 0 --seeds 1 --policy-module ${file} --out x`,
  );
  rmSync(folder, { recursive: true });
  assert.equal(code, 0);
  assert.match(out, /^first /m);
  assert.match(out, /A decision of first took /);
  const { comparisons, common } = JSON.parse(files.get('x/tune.json') ?? '');
  assert.equal(comparisons.at(-1).against, 'first');
  assert.equal(common.policyModule.file, 'first.mjs');
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runLab } from './lab-rig.ts';

test('the capacity of more workers is higher, and lies between a rate that passed and one that failed', async () => {
  const { code, out, error, files } = await runLab(
    'capacity --workload lengths --set requests=150 --set cv=0 --policies round-robin ' +
      '--workers 1,2 --profile linear:0:100:10 --slo ttft=1s --precision 10 --seeds 1-3 --out x',
  );
  assert.equal(error, '');
  assert.equal(code, 0);
  assert.match(out, /^policy +workers +requests\/s +per worker/m);
  const { capacities } = JSON.parse(files.get('x/capacity.json') ?? '');
  assert.equal(capacities.length, 2);
  const of = (workers: number): number[] =>
    capacities
      .filter(({ settings }: { settings: { workers: number } }) => settings.workers === workers)
      .map(({ requestsPerSecond }: { requestsPerSecond: number }) => requestsPerSecond);
  assert.ok(Math.min(...of(2)) > Math.max(...of(1)), `${of(2)} on two, ${of(1)} on one`);
  for (const { requestsPerSecond, probes } of capacities) {
    const failed = probes
      .filter(({ goodShare }: { goodShare: number }) => goodShare < 0.95)
      .map(({ qps }: { qps: number }) => qps);
    assert.ok(Math.min(...failed) > requestsPerSecond);
    assert.ok(Math.min(...failed) <= requestsPerSecond * 1.1);
  }
});

const CONVERSATION = '--workload conversation --set requests=700 --workers 4 --slo ttft=1500ms';

test('a replay at the capacity keeps the service level, and at slightly more it does not', async () => {
  const policies = ['smart', 'round-robin', 'least-loaded'];
  const { out, files } = await runLab(
    `capacity ${CONVERSATION} --policies ${policies} --share 90 --seeds 1 --out x`,
  );
  const { capacities } = JSON.parse(files.get('x/capacity.json') ?? '');
  for (const [index, policy] of policies.entries()) {
    const { requestsPerSecond, probes } = capacities[index];
    assert.match(out, new RegExp(`^${policy} +${requestsPerSecond} `, 'm'), 'as it is printed');
    const failed = Math.min(
      ...probes
        .filter(({ goodShare }: { goodShare: number }) => goodShare < 0.9)
        .map(({ qps }: { qps: number }) => qps),
    );
    assert.ok(failed <= requestsPerSecond * 1.02, `${policy} fails at ${failed}`);
    const replayed = await runLab(
      `replay ${CONVERSATION} --policies ${policy} --qps ${requestsPerSecond},${failed} --out x`,
    );
    const { cells } = JSON.parse(replayed.files.get('x/results.json') ?? '');
    assert.deepEqual(cells[0].result, capacities[index].replays[0].result, policy);
    assert.ok(cells[0].result.goodShare >= 0.9, policy);
    assert.ok(cells[1].result.goodShare < 0.9, policy);
  }
});

test('a capacity of several seeds is the highest rate that a replay with these seeds keeps', async () => {
  const line = `${CONVERSATION.replace('700', '300')} --policies smart --seeds 1-3 --out x`;
  const { out, files } = await runLab(`capacity ${line} --share 90`);
  const [{ requestsPerSecond, probes, replays, seeds }] = JSON.parse(
    files.get('x/capacity.json') ?? '',
  ).capacities;
  assert.match(out, new RegExp(`^smart +${requestsPerSecond} `, 'm'), 'as it is printed');
  assert.deepEqual(seeds, [1, 2, 3]);
  const failed = probes
    .map(({ qps, goodShare }: { qps: number; goodShare: number }) => (goodShare < 0.9 ? qps : 1e9))
    .reduce((a: number, b: number) => Math.min(a, b));
  assert.ok(failed <= requestsPerSecond * 1.02, `fails at ${failed}`);
  const replayed = await runLab(`replay ${line} --qps ${requestsPerSecond},${failed}`);
  const { cells } = JSON.parse(replayed.files.get('x/results.json') ?? '');
  const results = cells.map(({ result }: { result: unknown }) => result);
  assert.deepEqual(
    results.slice(0, 3),
    replays.map(({ result }: { result: unknown }) => result),
  );
  const meanGood = (three: readonly { goodShare: number }[]): number =>
    three.reduce((sum, { goodShare }) => sum + goodShare, 0) / 3;
  assert.ok(meanGood(results.slice(0, 3)) >= 0.9);
  assert.ok(meanGood(results.slice(3)) < 0.9);
});

test('a rate is the same however it is asked for, and the one at which requests come', async () => {
  for (const workload of ['conversation', 'shared-prefix', 'lengths']) {
    const line = `replay --workload ${workload} --set requests=300 --policies smart --out x`;
    const resultOf = async (flags: string) => {
      const { files } = await runLab(`${line} --warmup 0${flags}`);
      return JSON.parse(files.get('x/results.json') ?? '').cells[0].result;
    };
    const asRate = await resultOf(' --qps 20');
    assert.ok(Math.abs(asRate.arrivalsPerSecond / 20 - 1) < 1e-4, workload);
    const own = (await resultOf('')).arrivalsPerSecond;
    const asSpeedUp = await resultOf(` --rate ${20 / own}`);
    assert.ok(Math.abs(asSpeedUp.arrivalsPerSecond / 20 - 1) < 1e-4, workload);
    assert.ok(Math.abs(asSpeedUp.goodShare - asRate.goodShare) < 0.01, workload);
  }
});

test('a capacity of 0 says which bound is missed by how many, and at which rates', async () => {
  const line =
    'capacity --workload lengths --policies smart --seeds 1 --profile linear:0:100:10 --out x ' +
    '--set requests=200 --set inputTokens=4000 --set inputCv=1';
  const { out } = await runLab(`${line} --slo ttft=500ms,itl=25ms --share 90`);
  assert.match(out, /^smart +0 +0 +- /m);
  const text = out.replaceAll('\n', ' ');
  assert.match(
    text,
    / smart: at any rate \(tried: [\d.]+\/s to 3\.\d+\/s, best at [\d.]+\/s\) at most [\d.]+ % of the requests are good, 90 % are asked: [\d.]+ % miss TTFT 500 ms\. /,
  );
  assert.match(text, /these requests take too long by themselves/);
  const [, good, missed] = /at most ([\d.]+) % .*: ([\d.]+) % miss TTFT/.exec(text) ?? [];
  assert.ok(Math.abs(Number(good) + Number(missed) - 100) < 0.2, `${good} and ${missed}`);
  const percentile = await runLab(`${line} --slo ttft_p90=500ms`);
  assert.match(percentile.out, /TTFT p90 is [\d.]+ (ms|s) where 500 ms are asked\./);
});

test('a bound over all is a reason to stop, beside the share of good requests', async () => {
  const capacityOf = async (slo: string): Promise<number> => {
    const { files } = await runLab(
      `capacity ${CONVERSATION.replace(/--slo .*/, '')}--policies smart --seeds 1 --slo ${slo} --out x`,
    );
    return JSON.parse(files.get('x/capacity.json') ?? '').capacities[0].requestsPerSecond;
  };
  const good = await capacityOf('ttft=2s');
  const both = await capacityOf('ttft=2s,ttft_p90=700ms');
  assert.ok(both < good, `${both} and ${good}`);
  assert.equal(both, Math.min(good, await capacityOf('ttft_p90=700ms')));
});

test("a policy of the user's own has a capacity too, that of the policy that it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fakeai-capacity-'));
  const file = join(folder, 'in-turn.mjs');
  writeFileSync(
    file,
    `export default {
      create({ workers }) {
        let asked = 0;
        return { choose: () => asked++ % workers };
      },
    };`,
  );
  const { code, out, error, files } = await runLab(
    'capacity --workload lengths --set requests=150 --policies round-robin --workers 2 ' +
      `--profile linear:0:100:10 --slo ttft=1s --precision 10 --policy-module ${file} --out x`,
  );
  rmSync(folder, { recursive: true });
  assert.deepEqual([code, error], [0, '']);
  assert.match(out, /^in-turn /m);
  assert.match(out, /A decision of in-turn took /);
  const { common, capacities } = JSON.parse(files.get('x/capacity.json') ?? '');
  assert.equal(common.policyModule.name, 'in-turn');
  assert.equal(capacities[1].requestsPerSecond, capacities[0].requestsPerSecond);
});

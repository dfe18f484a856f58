import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boundOf, replay } from '../../../lab/simulate/replay.ts';
import type { ReplayConfig } from '../../../lab/simulate/replay-config.ts';
import { ReplayRunner } from '../../../lab/simulate/replay-runner.ts';
import { replayConfig } from './replay-rig.ts';

const CONFIGS = (['smart', 'random', 'round-robin', 'least-loaded'] as const).map((policy) =>
  replayConfig({ workload: 'multi-turn', parameters: { requests: 300, qps: 20 }, policy }),
);

test('results are the same on one thread, on two, and on this one', async () => {
  const here = CONFIGS.map((config) => replay(config).result);
  for (const threads of [1, 2]) {
    const runner = new ReplayRunner(threads);
    const runs = await runner.run(CONFIGS);
    assert.deepEqual(
      runs.map((run) => run?.result),
      here,
    );
    assert.deepEqual(await runner.bounds(CONFIGS.slice(0, 1)), [boundOf(CONFIGS[0]!)]);
    assert.equal(runner.arrivals, 4 * 300);
    await runner.stop();
  }
});

test('stopping keeps what has ended', async () => {
  const runner = new ReplayRunner(1);
  let stopping: Promise<void> | undefined;
  const runs = await runner.run(CONFIGS, {
    finished: (index) => {
      if (index === 1) stopping = runner.stop();
    },
  });
  await stopping;
  assert.deepEqual(
    runs.map((run) => run !== undefined),
    [true, true, false, false],
  );
});

test('what is kept of a run has its bound, of its own requests where some were rejected', async () => {
  const runner = new ReplayRunner(1);
  const parameters = { requests: 200, qps: 50 };
  const configs = [1e6, 0, 0].map((maxWaiting) =>
    replayConfig({ workload: 'multi-turn', parameters, maxWaiting, maxNumSeqs: 2, workers: 2 }),
  );
  const bounds = await runner.bounds(configs);
  let stopping: Promise<void> | undefined;
  const [whole, rejecting, last] = await runner.run(configs, {
    bounds,
    started: (index) => {
      if (index === 2) stopping = runner.stop();
    },
  });
  await stopping;
  assert.ok(whole !== undefined);
  assert.deepEqual(whole.bound, bounds[0]);
  assert.ok(rejecting !== undefined && rejecting.result.requests.rejected > 0);
  assert.deepEqual(rejecting.bound, boundOf(configs[1]!, rejecting.order));
  assert.notDeepEqual(rejecting.bound, bounds[1]);
  assert.equal(last, undefined);
  assert.deepEqual([whole.isFirstOfThread, rejecting.isFirstOfThread], [true, false]);
});

test('a replay that fails fails the run', async () => {
  const runner = new ReplayRunner(1);
  const broken = replayConfig({ workload: 'lengths', parameters: { requests: 0 } });
  await assert.rejects(runner.run([broken]), /requests is 0/);
  await runner.stop();
});

describe("a policy of the user's own", () => {
  const sourceOf = (choose: string) => ({
    name: 'mine',
    file: 'mine.ts',
    sha256: '',
    code: `let asked = 0; export default { create: () => ({ choose: ${choose} }) };`,
  });
  const own = (choose: string): ReplayConfig => ({
    ...CONFIGS[2]!,
    policyModule: sourceOf(choose),
  });

  test('decides in every replay as if it were the first, and is timed', async () => {
    const config = own('(_request, workers) => asked++ % workers.length');
    const runner = new ReplayRunner(1);
    const [first, second] = await runner.run([config, config]);
    await runner.stop();
    assert.deepEqual(first?.result, replay(CONFIGS[2]!).result, 'as round-robin does');
    assert.deepEqual(second?.result, first?.result);
    assert.equal(first?.decisionTime?.decisions, 300);
    assert.ok(first.decisionTime.p99Us > 0);
  });

  test('stops the run when it fails, and names the request; what has ended is kept', async () => {
    const runner = new ReplayRunner(1);
    const failing = own('() => asked++ < 20 ? 0 : -1');
    const [first, second, third] = await runner.run([CONFIGS[0]!, failing, CONFIGS[1]!]);
    assert.deepEqual(first?.result, replay(CONFIGS[0]!).result);
    assert.deepEqual([second, third], [undefined, undefined]);
    assert.match(
      runner.policyError?.message ?? '',
      /^request 20, at \d+\.\d{3} s: mine\.ts: choose returned -1; expected the id of an eligible worker, 0 to \d+$/,
    );
  });
});

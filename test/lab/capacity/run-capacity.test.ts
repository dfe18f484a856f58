import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCapacityCommand } from '../../../cli/commands/capacity-command.ts';
import { capacity } from '../../../lab/capacity/run-capacity.ts';
import type { CapacityOptions } from '../../../lab/experiment/lab-options.ts';
import { type LabRun, recorded } from '../../cli/commands/lab-rig.ts';
import { labStoppedAfter, optionsOf } from '../experiment/stopped-replays.ts';

/** Each worker takes 1 s for a prompt; two of them need fewer probes than four. */
const LINE =
  '--workload lengths --set requests=60 --set cv=0 --set qps=2 --policies round-robin ' +
  '--workers 2,4 --profile linear:0:1000:10 --slo ttft=3s --precision 10 --seeds 1 --out x';

/** Runs the command in a lab that the user stops after `count` replays. */
function runStopped(count: number, line = LINE): Promise<LabRun> {
  return recorded(async (context) => {
    const options = optionsOf<CapacityOptions>(
      (program) => addCapacityCommand(program, context),
      line,
    );
    return capacity(context, options, await labStoppedAfter(count, options));
  });
}

test('searches that have ended are kept when the user stops the others', async () => {
  const whole = await runStopped(1000);
  assert.equal(whole.code, 0);
  const { isComplete, capacities } = JSON.parse(whole.files.get('x/capacity.json') ?? '');
  assert.equal(isComplete, true);
  const [two, four] = capacities;
  const probes = two.probes.length + four.probes.length;
  assert.notEqual(two.probes.length, four.probes.length, 'one search ends before the other');

  const { code, out, error, files } = await runStopped(probes - 1);
  assert.equal(code, 1);
  assert.equal(error, 'fakeai: stopped after 1 of 2 searches\n');
  assert.equal(out.match(/^round-robin /gm)?.length, 1);
  const stopped = JSON.parse(files.get('x/capacity.json') ?? '');
  assert.equal(stopped.isComplete, false);
  const ended = stopped.capacities.filter((each: { isComplete: boolean }) => each.isComplete);
  assert.deepEqual(ended, [two.probes.length < four.probes.length ? two : four]);
});

test('nothing is kept of no replay', async () => {
  const { code, error, files } = await runStopped(0);
  assert.equal(code, 1);
  assert.equal(error, 'fakeai: stopped after 0 of 2 searches\n');
  assert.equal(files.size, 0);
});

test('requests that are all served at once are a lower bound, with what to do about it', async () => {
  const line = '--workload lengths --policies round-robin --slo e2e=900s --seeds 1 --out x';
  const { code, out, files } = await runStopped(1000, `${line} --set requests=40`);
  assert.equal(code, 0);
  assert.match(out, /^round-robin +>= [\d.]+ +>= [\d.]+ /m);
  assert.match(
    out,
    /^>=: the workload has too few requests to offer more; use --set requests=400$/m,
  );
  const [{ isLowerBound, requestsPerSecond, replays }] = JSON.parse(
    files.get('x/capacity.json') ?? '',
  ).capacities;
  assert.equal(isLowerBound, true);
  assert.equal(requestsPerSecond, 36 / replays[0].result.seconds);
  const limited = await runStopped(1000, `${line} --limit 40`);
  assert.match(limited.out, /^>=: the workload has too few .*; use a higher --limit$/m);
});

test('sessions that are soon over are a lower bound, and the rate is one that came', async () => {
  const line = '--workload multi-turn --set requests=200 --policies smart --seeds 1-2 --out x';
  const { code, out, files } = await runStopped(1000, line);
  assert.equal(code, 0);
  assert.match(
    out,
    /^>=: the workload has too few sessions to offer more; use --set requests=2000$/m,
  );
  const { capacities } = JSON.parse(files.get('x/capacity.json') ?? '');
  for (const { isLowerBound, requestsPerSecond, probes } of capacities) {
    assert.equal(isLowerBound, true);
    const rates = probes.map((probe: (typeof capacities)[0]) => probe.requestsPerSecond);
    assert.equal(requestsPerSecond, Math.max(...rates));
    assert.ok(probes.length < 8, 'it stops when twice the rate changes nothing');
  }
});

test('a file is replayed with one seed, unless they spread its arrivals or others are asked for', async () => {
  await recorded(async (context) => {
    const seedsOf = (line: string): readonly number[] =>
      optionsOf<CapacityOptions>((program) => addCapacityCommand(program, context), line).seeds;
    assert.deepEqual(seedsOf('--workload lengths'), [1, 2, 3]);
    assert.deepEqual(seedsOf('--trace file'), [1]);
    assert.deepEqual(seedsOf('--trace file --spread'), [1, 2, 3]);
    assert.deepEqual(seedsOf('--spread --trace file --seeds 4,5'), [4, 5]);
    return 0;
  });
});

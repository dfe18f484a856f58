import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTuneCommand } from '../../../cli/commands/tune-command.ts';
import type { Lab } from '../../../lab/experiment/lab.ts';
import type { TuneOptions } from '../../../lab/experiment/lab-options.ts';
import { tune } from '../../../lab/tune/run-tune.ts';
import { type LabRun, recorded, runLab } from '../../cli/commands/lab-rig.ts';
import { labStoppedAfter, optionsOf } from '../experiment/stopped-replays.ts';

const REQUESTS =
  '--workload shared-prefix --set requests=60 --set qps=30 --set groups=10 --workers 3 ' +
  '--kv-blocks 300 --slo ttft=300ms';

/** Runs the command in a lab that the user stops after `count` replays. */
async function runStopped(count: number, flags = ''): Promise<LabRun> {
  return recorded(async (context) => {
    const line = `${REQUESTS} --out x${flags}`;
    const given = optionsOf<TuneOptions>((program) => addTuneCommand(program, context), line);
    const options: TuneOptions = { ...given, policies: ['smart'] };
    const lab: Lab = await labStoppedAfter(count, options);
    return tune(context, options, lab);
  });
}

test('a search that is stopped keeps the weights that were tried with every seed', async () => {
  const { code, out, error, files } = await runStopped(11);
  assert.equal(code, 1);
  assert.equal(error, 'fakeai: stopped after 5 of at most 96 weights\n');
  assert.match(out, /^best so far, default +1\/0\.5\/0 /m);
  assert.match(out, /^10 replays of 5 weights and 0 other policies\. /m);
  const { isComplete, candidates } = JSON.parse(files.get('x/tune.json') ?? '');
  assert.equal(isComplete, false);
  assert.equal(candidates.length, 5);
});

test('a search that is stopped before any weights were tried with every seed keeps nothing', async () => {
  const { code, out, error, files } = await runStopped(1);
  assert.equal(code, 1);
  assert.equal(error, 'fakeai: stopped after 0 of at most 96 weights\n');
  assert.doesNotMatch(out, /FAKEAI_/);
  assert.equal(files.size, 0);
});

test('the help names the number of replays that a search begins with', async () => {
  const { out } = await runStopped(0);
  const [, replays] = /: at most 96 are tried, .* in (\d+) replays\.$/m.exec(out) ?? [];
  const { out: help } = await runLab('tune --help');
  assert.ok(help.replace(/\s+/g, ' ').includes(`by default at most ${replays} replays`));
});

test('figures are means over the seeds', async () => {
  const runs = ['1', '2', '1-2'].map(
    (seeds) => ` --set requests=200 --slo ttft=40ms --seeds ${seeds}`,
  );
  const firsts = [];
  for (const seeds of runs) {
    const { files } = await runStopped(2, seeds);
    firsts.push(JSON.parse(files.get('x/tune.json') ?? '').candidates[0]);
  }
  const [one, two, both] = firsts;
  for (const figure of ['goodShare', 'ttftMs', 'imbalance']) {
    assert.notEqual(one[figure], two[figure], `${figure} tells the seeds apart`);
  }
  for (const figure of ['goodShare', 'ttftMs', 'hitRate', 'imbalance']) {
    assert.equal(both[figure], (one[figure] + two[figure]) / 2, figure);
  }
});

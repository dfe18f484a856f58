import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { openTextFile } from '../../../cli/text-file.ts';
import type { CellSettings } from '../../../lab/experiment/lab-cell.ts';
import { addLabOptions, type ReplayOptions } from '../../../lab/experiment/lab-options.ts';
import { labReport } from '../../../lab/experiment/lab-report.ts';
import { loadLabTrace } from '../../../lab/experiment/lab-trace.ts';
import type { ReportData } from '../../../lab/report/report-data.ts';
import { sampleReport } from '../report/sample-report.ts';
import { CELL_SETTINGS } from './cell-settings.ts';

const [measured] = sampleReport({
  policies: ['smart'],
  rates: [1],
  workers: 2,
  seeds: [1],
  requests: 10,
}).cells;

/** The report of cells that differ as said and all found the same. */
async function report(
  differences: readonly Partial<CellSettings>[],
  asked: Partial<ReplayOptions> = {},
): Promise<ReportData> {
  const command = new Command();
  addLabOptions(command, { fallbacks: { policies: 'all' }, seeds: '1', out: 'out', threads: 2 });
  const options = { ...command.parse([], { from: 'user' }).opts<ReplayOptions>(), ...asked };
  const trace = await loadLabTrace(options, { openText: openTextFile, writeError: assert.fail });
  assert.ok(measured !== undefined);
  const { result, bound } = measured;
  const cells = differences.map((difference) => ({
    settings: { ...CELL_SETTINGS, ...difference },
    result,
    bound,
    wallSeconds: 1,
    isFirstOfThread: false,
  }));
  return labReport({ version: '1.2.3', options, trace, hash: 'abc' }, cells);
}

test('a grid of policies has no variants, and says what it was made of', async () => {
  const { title, version, resultsHash, rateUnit, serviceLevel, cells, config } = await report([
    {},
    { policy: 'random' },
  ]);
  assert.deepEqual(
    [title, version, resultsHash, rateUnit],
    ['conversation', '1.2.3', 'abc', 'req/s'],
  );
  assert.equal(serviceLevel.ttftUs, 2e6);
  assert.deepEqual(
    cells.map(({ policy, variant, rate, seed }) => [policy, variant, rate, seed]),
    [
      ['smart', '', 20, 1],
      ['random', '', 20, 1],
    ],
  );
  const fields = new Map(Object.entries(config));
  assert.deepEqual(
    ['policy', 'profile', 'arrivals', 'warmup'].map((name) => fields.get(name)),
    ['smart, random', '8b-h100', '20 qps', 1203],
  );
});

test('swept values make variants, swept weights make policies of smart', async () => {
  const { cells } = await report([
    { kvOverlapWeight: 0.5 },
    { kvOverlapWeight: 2, workers: 4 },
    { policy: 'random', kvOverlapWeight: 0.5, stalenessMs: 100 },
  ]);
  assert.deepEqual(
    cells.map(({ policy, variant }) => [policy, variant]),
    [
      ['smart (overlap 0.5)', '2 workers, 0 ms stale'],
      ['smart (overlap 2)', '4 workers, 0 ms stale'],
      ['random', '2 workers, 100 ms stale'],
    ],
  );
});

test('rates keep their unit', async () => {
  const { rateUnit, cells } = await report([
    { arrivals: { unit: 'speed-up', value: 0.5 } },
    { arrivals: { unit: 'speed-up', value: 2 } },
  ]);
  assert.equal(rateUnit, '×');
  assert.deepEqual(
    cells.map(({ rate }) => rate),
    [0.5, 2],
  );
});

test('a replay at one rate has the command that replays the same around it', async () => {
  const command = async (asked: Partial<ReplayOptions>) => (await report([{}], asked)).sweepCommand;
  assert.match(await command({ qps: [25] }), / --qps 12\.5,25,37\.5,50 /);
  assert.match(await command({ rate: [0.1] }), / --rate 0\.05,0\.1,0\.15,0\.2 /);
  assert.match(await command({ workload: 'agentic' }), / --rate 0\.5,1,1\.5,2 /);
  assert.match(await command({ rate: [1, 4] }), / --rate 1,4 /);
});

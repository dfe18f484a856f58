import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import type { ReportData } from '../../../engine/replay/report/report-data.ts';
import { openTextFile } from '../../../gateway/cli.ts';
import { cellsOf } from '../../../gateway/lab/lab-cell.ts';
import { addLabOptions, type ReplayOptions } from '../../../gateway/lab/lab-options.ts';
import { labReport, readPageScript } from '../../../gateway/lab/lab-report.ts';
import { type Arrivals, loadLabTrace } from '../../../gateway/lab/lab-trace.ts';
import { sampleReport } from '../../engine/replay/report/sample-report.ts';

const [measured] = sampleReport({
  policies: ['smart'],
  rates: [1],
  workers: 2,
  seeds: [1],
  requests: 10,
}).cells;

/** The report of a grid whose cells all found the same. */
async function report(
  words: readonly string[],
  arrivals: readonly Arrivals[] = [{ unit: 'qps', value: 20 }],
): Promise<ReportData> {
  const command = new Command();
  addLabOptions(command, { policies: 'smart,random', seeds: '1', out: 'out', threads: 2 });
  command.parse(words, { from: 'user' });
  const options = command.opts<ReplayOptions>();
  const trace = await loadLabTrace(options, openTextFile);
  assert.ok(measured !== undefined);
  const { result, bound } = measured;
  const cells = cellsOf(options, arrivals).map((settings) => ({
    settings,
    result,
    bound,
    wallSeconds: 1,
  }));
  return labReport({ version: '1.2.3', options, trace, hash: 'abc' }, cells);
}

test('a grid of policies has no variants, and says what it was made of', async () => {
  const { title, version, resultsHash, rateUnit, serviceLevel, cells, config } = await report([]);
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
  assert.deepEqual(
    Object.entries(config).filter(([name]) => ['policy', 'profile', 'arrivals'].includes(name)),
    [
      ['profile', 'dynamo-mocker'],
      ['arrivals', '20 qps'],
      ['policy', 'smart, random'],
    ],
  );
});

test('swept values make variants, swept weights make policies of smart', async () => {
  const words = ['--workers', '2,4', '--staleness', '0,100', '--kv-overlap-weight', '0.5,2'];
  const { cells } = await report(words);
  assert.deepEqual(
    new Set(cells.map(({ policy }) => policy)),
    new Set(['smart (overlap 0.5)', 'smart (overlap 2)', 'random']),
  );
  assert.deepEqual(
    new Set(cells.map(({ variant }) => variant)),
    new Set([
      '2 workers, 0 ms stale',
      '2 workers, 100 ms stale',
      '4 workers, 0 ms stale',
      '4 workers, 100 ms stale',
    ]),
  );
});

test('rates keep their unit', async () => {
  const { rateUnit, cells } = await report(
    [],
    [
      { unit: 'speed-up', value: 0.5 },
      { unit: 'speed-up', value: 2 },
    ],
  );
  assert.equal(rateUnit, '×');
  assert.deepEqual(new Set(cells.map(({ rate }) => rate)), new Set([0.5, 2]));
});

test('the script of the page is looked for where the build puts it', async () => {
  const paths: string[] = [];
  const script = await readPageScript(async function* (path) {
    paths.push(path);
    yield 'draw';
    yield '()';
  });
  assert.equal(script, 'draw()');
  assert.match(paths.join(), /[/\\]dist[/\\]report-page\.js$/);
});

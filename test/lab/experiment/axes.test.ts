import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { openTextFile } from '../../../cli/text-file.ts';
import { AXIS_ROWS } from '../../../lab/experiment/axes.ts';
import { axisText } from '../../../lab/experiment/axis.ts';
import { flagOf } from '../../../lab/experiment/axis-options.ts';
import { settingColumns } from '../../../lab/experiment/cell-groups.ts';
import { replayCommandLine } from '../../../lab/experiment/command-line.ts';
import { cellsOf, replayConfig } from '../../../lab/experiment/lab-cell.ts';
import { plainSettings } from '../../../lab/experiment/lab-document.ts';
import { addLabOptions, type ReplayOptions } from '../../../lab/experiment/lab-options.ts';
import { loadLabTrace } from '../../../lab/experiment/lab-trace.ts';

const ARRIVALS = { unit: 'qps', value: 5 } as const;

/** A value that is not the default, of axes that take other things than numbers. */
const WORDS: Readonly<Partial<Record<string, string>>> = {
  policies: 'random',
  engine: 'paced',
  profile: '8b-h100',
};

/** Options and cells of a command line, and the configurations of their replays. */
async function grid(words: readonly string[]) {
  const command = new Command().exitOverride();
  addLabOptions(command, { fallbacks: { policies: 'smart' }, seeds: '1', out: '.', threads: 1 });
  const options = command.parse(words, { from: 'user' }).opts<ReplayOptions>();
  const trace = await loadLabTrace(options, { openText: openTextFile, writeError: assert.fail });
  const cells = cellsOf(options, trace, [ARRIVALS]);
  return { options, cells, configs: cells.map((cell) => replayConfig(cell, options, trace)) };
}

for (const [name, row] of AXIS_ROWS) {
  if (row.option === undefined) continue;
  const { key } = row.option;
  const other = WORDS[key] ?? '32';

  test(`the row of ${name} gives flag, grid, configuration, column, document and rerun`, async () => {
    const flag = `--${flagOf(key)}`;
    const usual = await grid([]);
    const [first] = usual.cells;
    assert.ok(first !== undefined);
    const both = await grid([flag, `${axisText(row, first[name])},${other}`]);
    assert.equal(both.cells.length, 2);
    const [same, changed] = both.cells;
    assert.ok(same !== undefined && changed !== undefined);
    assert.deepEqual(same, first);
    assert.equal(axisText(row, changed[name]), other);
    assert.deepEqual(both.configs[0], usual.configs[0]);
    assert.notDeepEqual(both.configs[1], usual.configs[0]);
    const columns = settingColumns(both.cells.map((settings) => [{ settings }]));
    assert.ok(columns.some(({ title }) => title === row.title));
    assert.ok(Object.keys(plainSettings(changed)).includes(name));
    assert.ok(replayCommandLine(both.options).includes(` ${flag} ${axisText(row, first[name])},`));
  });
}

test('what is swept slowest comes first, and weights are swept for smart alone', async () => {
  const { cells } = await grid([
    ...['--workers', '1,2', '--policies', 'smart,random'],
    ...['--kv-overlap-weight', '0,1', '--seeds', '1-2'],
  ]);
  assert.deepEqual(
    cells.map(({ workers, policy, kvOverlapWeight, seed }) =>
      [workers, policy, kvOverlapWeight, seed].join(' '),
    ),
    [1, 2].flatMap((workers) =>
      ['smart 0', 'smart 1', 'random 0'].flatMap((router) =>
        [1, 2].map((seed) => `${workers} ${router} ${seed}`),
      ),
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { replayCommandLine } from '../../../lab/experiment/command-line.ts';
import { addLabOptions, type ReplayOptions } from '../../../lab/experiment/lab-options.ts';
import { numbersIn } from '../../../lab/experiment/option-values.ts';

/** The options of a replay as the command line gives them, but for where the results go. */
function parse(words: readonly string[]): ReplayOptions {
  const command = new Command().exitOverride();
  addLabOptions(command, { fallbacks: { policies: 'all' }, seeds: '1', out: 'out', threads: 2 });
  const rates = numbersIn({ min: 0, max: 1e6 });
  command.option('--rate <list>', '', rates).option('--qps <list>', '', rates);
  command.parse(words, { from: 'user' });
  return command.opts<ReplayOptions>();
}

/** The words of a command line for `fakeai replay`, as a shell would split them. */
function words(line: string): string[] {
  const [fakeai, replay, ...rest] = line.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  assert.deepEqual([fakeai, replay], ['fakeai', 'replay']);
  return rest.map((word) => word.replace(/'([^']*)'|\\(.)/g, '$1$2'));
}

const LINES: readonly (readonly string[])[] = [
  [],
  ['--workload', 'shared-prefix:llm-d', '--qps', '3,20,60', '--policies', 'smart,random'],
  ['--workload', 'agentic', '--set', 'requests=5000', '--set', 'users=3', '--workers', '2,4'],
  ['--trace', "my 'own' $trace.jsonl.gz", '--trace-block-size', '256', '--rate', '0.5,2'],
  ['--prefill-only', '--limit', '1000', '--warmup', '50', '--seeds', '1-3', '--staleness', '0,100'],
  ['--profile', 'linear:30:250:12,8b-h100', '--engine', 'paced,batched', '--remote-fetch', '100'],
  ['--spread', '--warmup', '2.5%', '--slo', 'ttft_p90=500ms,itl_p99=30ms'],
  ['--slo', 'ttft=1.5s,itl=25ms,e2e=500us', '--kv-overlap-weight', '0.5,2'],
];

for (const given of LINES) {
  test(`the command line of "${given.join(' ')}" asks for the same`, () => {
    const options = parse(given);
    assert.deepEqual(parse(words(replayCommandLine(options))), options);
  });
}

test('defaults are said, and what has no part in the results is not', () => {
  const line = replayCommandLine(parse(['--threads', '7', '--out', 'elsewhere']));
  assert.match(line, / --max-num-seqs 256 --max-num-batched-tokens 8192 /);
  assert.doesNotMatch(line, /threads|elsewhere|Infinity|undefined/);
});

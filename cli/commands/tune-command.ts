import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addLabOptions, type TuneOptions } from '../../lab/experiment/lab-options.ts';
import { numberIn } from '../../lab/experiment/option-values.ts';
import { WEIGHT_RANGES } from '../../lab/experiment/weights.ts';
import { REFINEMENTS_MAX } from '../../lab/tune/weight-search.ts';
import type { CommandContext } from './command-context.ts';

/** `fakeai tune`: the weights of the smart policy that suit a trace and a fleet. */
export function addTuneCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('tune')
    .summary('find the best router weights for a trace and a fleet')
    .description(
      'Searches the weights of the smart policy and its temperature with which most requests keep the ' +
        'service level. First tries every combination of the lists of weights, then up to ' +
        `${REFINEMENTS_MAX} more around the best with smaller and smaller steps, and last every other ` +
        'policy, each with every seed: by default at most 218 replays, 109 of a trace. The choice is one that no other ' +
        'beats in goodput, hit rate and balance at once: of those within 0.1 points of the highest ' +
        'goodput, the one with the least time to first token. It is made by one half of the trace and ' +
        'judged by the other, against the default and every policy; what lies within the spread is ' +
        'called no difference. Weights are those that "fakeai serve" accepts.',
    );
  addLabOptions(command, {
    isOneFleet: true,
    weights: WEIGHT_RANGES,
    fallbacks: {
      kvOverlapWeight: '0,0.5,1,1.5,2',
      loadBalanceWeight: '0,0.5,1,2',
      routerTemperature: '0,0.1,1',
    },
    seeds: '1-2',
    fileSeeds: '1',
    out: 'fakeai-tune',
    threads: availableParallelism(),
  });
  const rate = numberIn({ min: 1e-6, max: 1e6 });
  return command
    .addOption(
      new Option(
        '--rate <factor>',
        'speed-up of the arrivals (default: 1; of the default workload 5)',
      )
        .argParser(rate)
        .conflicts('qps')
        .helpGroup('Requests:'),
    )
    .addOption(
      new Option('--qps <rate>', 'arrivals in requests per second, instead of --rate')
        .argParser(rate)
        .helpGroup('Requests:'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: Omit<TuneOptions, 'policies'>) => {
      // Loaded only now: no other command needs the engine and its threads here.
      const { runTune } = await import('../../lab/tune/run-tune.ts');
      const { withOwnPolicy } = await import('../policy-file.ts');
      const whole = await withOwnPolicy(context, { ...options, policies: ['smart'] as const });
      if (whole !== undefined) context.exitCode = await runTune(context, whole);
    });
}

const EXAMPLES = `
Examples:
  fakeai tune
  fakeai tune --workload shared-prefix:llm-d --qps 20 --workers 8
  fakeai tune --trace last-night.jsonl.gz --workers 4 --slo ttft=1s,itl=30ms`;

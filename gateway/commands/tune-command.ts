import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addLabOptions, type TuneOptions } from '../lab/lab-options.ts';
import { numberIn } from '../lab/option-values.ts';
import type { CommandContext } from './command-context.ts';

/** `fakeai tune`: the weights of the smart policy that suit a trace and a fleet. */
export function addTuneCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('tune')
    .summary('find the best router weights for a trace and a fleet')
    .description(
      'Searches the weights of the smart policy and its temperature with which most requests keep the ' +
        'service level; of weights alike in that, those with the least time to first token. The lists ' +
        'of weights are where the search begins.',
    );
  addLabOptions(command, {
    policies: 'smart',
    kvOverlapWeight: '0,0.5,1,1.5,2',
    loadBalanceWeight: '0,0.5,1,2',
    routerTemperature: '0',
    seeds: '1-2',
    out: 'fakeai-tune',
    threads: availableParallelism(),
  });
  const rate = numberIn({ min: 1e-6, max: 1e6 });
  return command
    .addOption(
      new Option('--rate <factor>', 'speed-up of the arrivals (default: 1)')
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
    .action(async (options: TuneOptions) => {
      // Loaded only now: no other command needs the engine and its threads here.
      const { runTune } = await import('../lab/run-tune.ts');
      context.exitCode = await runTune(context, options);
    });
}

const EXAMPLES = `
Examples:
  fakeai tune
  fakeai tune --workload shared-prefix:llm-d --qps 20 --workers 8
  fakeai tune --trace last-night.jsonl.gz --workers 4 --slo ttft=1s,itl=30ms`;

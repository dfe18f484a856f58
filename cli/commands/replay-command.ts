import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { addLabOptions, type ReplayOptions } from '../../lab/experiment/lab-options.ts';
import { numbersIn } from '../../lab/experiment/option-values.ts';
import type { CommandContext } from './command-context.ts';

/** `fakeai replay`: one trace under many settings, in virtual time. */
export function addReplayCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('replay')
    .summary('compare routing policies on a trace, in virtual time')
    .description(
      'Runs requests through the router and the workers that "fakeai serve" uses, as fast as the ' +
        'processor allows, and compares policies and settings. Lists are swept as a grid, one replay ' +
        'for each combination.',
    );
  addLabOptions(command, {
    fallbacks: { policies: 'all' },
    seeds: '1',
    out: 'fakeai-replay',
    threads: availableParallelism(),
  });
  return command
    .addOption(
      new Option(
        '--rate <list>',
        'speed-up of the arrivals (default: 1; of the default workload 3,5,7)',
      )
        .argParser(numbersIn({ min: 1e-6, max: 1e6 }))
        .conflicts('qps')
        .helpGroup('Requests:'),
    )
    .addOption(
      new Option('--qps <list>', 'arrivals in requests per second, instead of --rate')
        .argParser(numbersIn({ min: 1e-6, max: 1e6 }))
        .helpGroup('Requests:'),
    )
    .addOption(
      new Option('--records', 'write a record of every request, and explain the last decisions')
        .default(false, 'off')
        .helpGroup('Measurement:'),
    )
    .addOption(new Option('--no-records').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReplayOptions) => {
      // Loaded only now: no other command needs the engine and its threads here.
      const { runReplay } = await import('../../lab/experiment/run-replay.ts');
      const { withOwnPolicy } = await import('../policy-file.ts');
      const whole = await withOwnPolicy(context, options);
      if (whole !== undefined) context.exitCode = await runReplay(context, whole);
    });
}

const EXAMPLES = `
Examples:
  fakeai replay
  fakeai replay --trace conversation_trace.jsonl.gz --block-size 512 --kv-blocks 5860
  fakeai replay --workload shared-prefix:llm-d --qps 3,20,60 --policies smart,random --seeds 1-3
  fakeai replay --workload agentic --set requests=5000 --workers 2,4,8 --staleness 0,100`;

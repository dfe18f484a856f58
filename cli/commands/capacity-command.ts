import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { addLabOptions, type CapacityOptions, option } from '../../lab/experiment/lab-options.ts';
import { numberIn } from '../../lab/experiment/option-values.ts';
import type { CommandContext } from './command-context.ts';

/** `fakeai capacity`: how many requests a second a fleet can serve well. */
export function addCapacityCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('capacity')
    .summary('find the highest rate that keeps a service level')
    .description(
      'Searches the rate of requests up to which a share of them keeps the service level, for every ' +
        'policy, fleet and other setting in the lists. Every rate is replayed with all seeds and judged ' +
        'by the means over them. A rate is the ' +
        'one that "fakeai replay --qps" takes; >= marks a lower bound, where requests are too few.',
    );
  addLabOptions(command, {
    fallbacks: { policies: 'smart,cache-aware,session,least-loaded,round-robin' },
    seeds: '1-3',
    fileSeeds: '1',
    out: 'fakeai-capacity',
    threads: availableParallelism(),
  });
  const percent = { min: 0.1, max: 100 };
  return command
    .addOption(
      option('--share <percent>', 'requests that must be good', numberIn(percent), '95').helpGroup(
        'Measurement:',
      ),
    )
    .addOption(
      option(
        '--precision <percent>',
        'how closely the search narrows a rate down; how sure it is shows in the ± of good requests',
        numberIn(percent),
        '2',
      ).helpGroup('Measurement:'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: CapacityOptions) => {
      // Loaded only now: no other command needs the engine and its threads here.
      const { runCapacity } = await import('../../lab/capacity/run-capacity.ts');
      const { withOwnPolicy } = await import('../policy-file.ts');
      const whole = await withOwnPolicy(context, options);
      if (whole !== undefined) context.exitCode = await runCapacity(context, whole);
    });
}

const EXAMPLES = `
Examples:
  fakeai capacity
  fakeai capacity --workers 2,4,8 --policies smart,round-robin --slo ttft=1s,itl=30ms
  fakeai capacity --trace conversation_trace.jsonl.gz --share 99 --limit 5000`;

import { type Command, Option } from 'commander';
import { type AnalyzeOptions, option, sourceOptions } from '../../lab/experiment/lab-options.ts';
import { integersIn, numberIn } from '../../lab/experiment/option-values.ts';
import type { CommandContext } from './command-context.ts';

/** `fakeai analyze`: what the requests of a trace are like, before any policy serves them. */
export function addAnalyzeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('analyze')
    .summary('describe a trace: lengths, arrivals, reuse, working set')
    .description(
      'Reads requests without replaying them and says what they are like: how long, how they ' +
        'arrive, how much of the prompts came before, and how large a cache has to be to hit it.',
    );
  for (const each of sourceOptions()) command.addOption(each.helpGroup('Requests:'));
  const rate = numberIn({ min: 1e-6, max: 1e6 });
  return command
    .addOption(
      option('--rate <factor>', 'speed-up of the arrivals', rate, '1')
        .conflicts('qps')
        .helpGroup('Requests:'),
    )
    .addOption(
      new Option('--qps <rate>', 'arrivals in requests per second, instead of --rate')
        .argParser(rate)
        .helpGroup('Requests:'),
    )
    .addOption(
      option(
        '--seed <number>',
        'seed of the workload, or of --spread',
        numberIn({ min: 0, max: 2 ** 32 - 1, integer: true }),
        '1',
      ).helpGroup('Requests:'),
    )
    .addOption(
      new Option(
        '--block-size <list>',
        'tokens per KV block (default: those of the trace; 128 where it has none)',
      )
        .argParser(integersIn({ min: 1, max: 65_536 }))
        .helpGroup('Measurement:'),
    )
    .addOption(
      new Option('--out <folder>', 'where the results go; with - nothing but JSON is printed')
        .default('fakeai-analyze')
        .helpGroup('Measurement:'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: AnalyzeOptions) => {
      // Loaded only now: no other command needs it.
      const { runAnalyze } = await import('../../lab/experiment/run-analyze.ts');
      context.exitCode = await runAnalyze(context, options);
    });
}

const EXAMPLES = `
Examples:
  fakeai analyze --trace conversation_trace.jsonl.gz
  fakeai analyze --trace last-night.jsonl.gz --block-size 16,64,512
  fakeai analyze --workload agentic --set requests=5000 --out - | jq .stats.promptTokens.p90`;

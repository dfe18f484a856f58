import { type Command, Option } from 'commander';
import { assignment, engines, numberIn, policies } from '../../lab/experiment/option-values.ts';
import type { ParityOptions } from '../../lab/parity/run-parity-cases.ts';
import { EXIT_MISCONFIGURED } from '../../shared/exit-codes.ts';
import { addSettingFlags } from '../setting-flags.ts';
import type { CommandContext } from './command-context.ts';
import { canServe, settingsOf } from './command-settings.ts';

/** `fakeai parity`: the same requests against a live server and in a replay, side by side. */
export function addParityCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('parity')
    .summary('see whether the live server and the replay agree')
    .description(
      'Sends requests on their schedule to a server of its own, over HTTP and in real time, replays ' +
        'the recording of that in virtual time, and compares the two. Takes all flags of "fakeai ' +
        'serve", which settle what is served and replayed.',
    );
  for (const option of parityOptions()) command.addOption(option);
  const givenFlags = addSettingFlags(command, { hidden: true });
  return command.addHelpText('after', EXAMPLES).action(async (options: ParityOptions) => {
    const valid = await settingsOf(context, givenFlags());
    if (valid === undefined || !(await canServe(context))) return;
    // Loaded only now: no other command needs the server and the replay.
    const { runParityCases } = await import('../../lab/parity/run-parity-cases.ts');
    const { startRecordedServer } = await import('./parity-server.ts');
    const { settings, sources } = valid;
    if (settings.policyModule !== undefined) {
      context.writeError('fakeai: parity has no --policy-module: leave it out\n');
      context.exitCode = EXIT_MISCONFIGURED;
      return;
    }
    context.exitCode = await runParityCases(context, options, settings, (engine, routerPolicy) =>
      startRecordedServer({ ...settings, engine, routerPolicy }, sources),
    );
  });
}

function parityOptions(): readonly Option[] {
  const rate = numberIn({ min: 1e-6, max: 1e6 });
  return [
    new Option(
      '--trace <file>',
      'requests from a file, plain or gzip: Mooncake JSONL, Azure CSV or a fakeai recording',
    ).conflicts('workload'),
    new Option(
      '--workload <name>',
      'requests from a generator, as in "fakeai replay" (default: multi-turn, 45 seconds of it)',
    ),
    new Option('--set <name=value>', 'a parameter of the workload; may be repeated')
      .argParser(assignment)
      .default({}, 'none')
      .conflicts('trace'),
    new Option('--trace-block-size <tokens>', 'tokens per id in the hash_ids of a Mooncake trace')
      .argParser(numberIn({ min: 1, max: 1e6, integer: true }))
      .default(512),
    new Option(
      '--skip-bad',
      'leave out lines of the trace that make no sense, and say how many, instead of ending there',
    )
      .default(false, 'off')
      .conflicts('workload'),
    new Option('--limit <requests>', 'end after this many requests')
      .argParser(numberIn({ min: 1, max: 1e9, integer: true }))
      .default(Number.POSITIVE_INFINITY, 'all'),
    new Option('--rate <factor>', 'speed-up of the arrivals').argParser(rate).default(1),
    new Option(
      '--policies <list>',
      'routing policies, or all (default: that of the settings)',
    ).argParser(policies),
    new Option(
      '--engines <list>',
      'paced, batched or both (default: that of the settings)',
    ).argParser(engines),
  ];
}

const EXAMPLES = `
Exits with 1 if the median time to first token differs by more than 3 % and 1 ms, or the block hit
rate by more than 0.5 points. docs/parity.md says what may differ and why.

Examples:
  fakeai parity
  fakeai parity --policies all --engines paced,batched --ttft 400 --itl 20
  fakeai parity --trace last-night.jsonl.gz --limit 1000 --rate 2 --kv-cache-num-workers 8`;

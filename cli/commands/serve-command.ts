import { type Command, Option } from 'commander';
import type { PolicySource } from '../../engine/router/policy-source.ts';
import type { FixtureSource } from '../../gateway/fixtures/load-fixtures.ts';
import { EXIT_MISCONFIGURED } from '../../shared/exit-codes.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import { addSettingFlags } from '../setting-flags.ts';
import type { CommandContext } from './command-context.ts';
import { canServe, settingsOf } from './command-settings.ts';

/** `fakeai serve`: runs the server until it is told to stop. */
export function addServeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('serve')
    .alias('server')
    .summary('run the server')
    .description('Serves the OpenAI API from a simulated cluster until SIGTERM or SIGINT.');
  command.addOption(
    new Option(
      '--record <file>',
      'Write the traffic to a new file, a trace for "fakeai replay" without any text. Compressed if ' +
        'the name ends in .gz.',
    ),
  );
  const givenFlags = addSettingFlags(command, { hidden: false });
  return command.action(async ({ record }: { record?: string }) => {
    const valid = await settingsOf(context, givenFlags());
    if (valid === undefined) return;
    const { settings, sources, warnings } = valid;
    if (!(await canServe(context))) return;
    const policy = await policyOfServer(context, settings);
    if (policy === undefined) return;
    const fixtures = await fixturesOfServer(context, settings);
    if (fixtures === undefined) return;
    // Loaded only now: no other command needs the HTTP library, the workers and the tokenizer.
    const { runServer } = await import('../../gateway/server.ts');
    context.exitCode = await runServer({
      settings,
      sources,
      warnings,
      version: context.version,
      recording: record === undefined ? undefined : { path: record, open: context.openNew },
      policySource: policy.source,
      fixtureSource: fixtures.source,
      writeOut: context.writeOut,
      writeError: context.writeError,
      writeLog: context.writeLog,
    });
  });
}

/** The routing policy of the user's own, if there is one; `undefined` if it is refused. */
async function policyOfServer(
  context: CommandContext,
  settings: Settings,
): Promise<{ readonly source: PolicySource | undefined } | undefined> {
  const { policyModule, kvCacheNumWorkers: workers, kvCacheBlockSize: blockSize, seed } = settings;
  if (policyModule === undefined) return { source: undefined };
  const { policyOf } = await import('../policy-file.ts');
  const source = await policyOf(context, policyModule, [{ workers, blockSize, seed }]);
  return source && { source };
}

/** The scripted answers, if there are any; `undefined` after a line on what is wrong with them. */
async function fixturesOfServer(
  context: CommandContext,
  settings: Settings,
): Promise<{ readonly source: FixtureSource | undefined } | undefined> {
  const { fixtures: path } = settings;
  if (path === undefined) return { source: undefined };
  const { FixtureError } = await import('../../gateway/fixtures/fixture-error.ts');
  const { loadFixtures } = await import('../../gateway/fixtures/load-fixtures.ts');
  const read = (): string => {
    const content = context.readFile(path);
    if (content.kind === 'text') return content.text;
    const reason = content.kind === 'missing' ? 'there is no such file' : content.reason;
    throw new FixtureError(`${path}: ${reason}`);
  };
  const source = { name: path, read };
  try {
    loadFixtures(source);
    return { source };
  } catch (error) {
    if (!(error instanceof FixtureError)) throw error;
    context.writeError(`fakeai: --fixtures ${error.message}\n`);
    context.exitCode = EXIT_MISCONFIGURED;
    return undefined;
  }
}

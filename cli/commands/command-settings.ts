import { loadHttpLibrary } from '../../gateway/http/http-library.ts';
import { EXIT_FAILED, EXIT_MISCONFIGURED } from '../../shared/exit-codes.ts';
import type { GivenFlags } from '../setting-flags.ts';
import { type LoadedSettings, loadSettings } from '../settings-source.ts';
import type { CommandContext } from './command-context.ts';

export type ValidSettings = Extract<LoadedSettings, { ok: true }>;

/** The settings of a command, or `undefined` after one message with all that is wrong with them. */
export async function settingsOf(
  context: CommandContext,
  given: GivenFlags,
): Promise<ValidSettings | undefined> {
  const loaded = await loadSettings(given, context.env, context.readFile);
  if (loaded.ok) return loaded;
  const { problems } = loaded;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => `  - ${problem}\n`);
  context.writeError(`fakeai: ${count} in the configuration\n${lines.join('')}`);
  context.exitCode = EXIT_MISCONFIGURED;
  return undefined;
}

/** Whether a server can run on this machine; false after one line that says what to do. */
export async function canServe(context: CommandContext): Promise<boolean> {
  const problem = await loadHttpLibrary();
  if (problem === undefined) return true;
  context.writeError(`fakeai: ${problem}\n`);
  context.exitCode = EXIT_FAILED;
  return false;
}

import {
  type CommandContext,
  EXIT_MISCONFIGURED,
  FileError,
} from '../../cli/commands/command-context.ts';
import { TraceError } from '../traces/trace-row.ts';
import { WorkloadError } from '../workloads/parameters.ts';

/** What was asked for makes no sense together. `message` says what to do instead. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const REFUSALS = [OptionsError, TraceError, WorkloadError, FileError];

/**
 * Runs a command of the lab. What the user asked for in vain, such as a trace that is not there,
 * ends in one line and an exit code; what is wrong with the program itself is thrown on.
 */
export async function reportingErrors(
  context: CommandContext,
  tracePath: string | undefined,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const isRefusal = error instanceof Error && REFUSALS.some((kind) => error instanceof kind);
    if (!isRefusal) throw error;
    const place = error instanceof TraceError ? `${tracePath}, ` : '';
    context.writeError(`fakeai: ${place}${error.message}\n`);
    return EXIT_MISCONFIGURED;
  }
}

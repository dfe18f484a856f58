import { TraceError } from '../../engine/replay/trace/trace-row.ts';
import { WorkloadError } from '../../engine/replay/workload/parameters.ts';
import { type CommandContext, EXIT_MISCONFIGURED, FileError } from '../commands/command-context.ts';

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
    const isTrace = error instanceof TraceError;
    if (!isTrace && !(error instanceof WorkloadError || error instanceof FileError)) throw error;
    context.writeError(`fakeai: ${isTrace ? `${tracePath}, ` : ''}${error.message}\n`);
    return EXIT_MISCONFIGURED;
  }
}

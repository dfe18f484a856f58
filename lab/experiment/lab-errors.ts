import { PolicyError } from '../../engine/router/policy-error.ts';
import { EXIT_FAILED, EXIT_MISCONFIGURED } from '../../shared/exit-codes.ts';
import { FileError } from '../../shared/file-error.ts';
import { TraceError } from '../traces/trace-row.ts';
import { WorkloadError } from '../workloads/parameters.ts';
import type { Terminal } from './terminal.ts';

/** What was asked for makes no sense together. `message` says what to do instead. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const REFUSALS = [OptionsError, TraceError, WorkloadError, FileError];

/**
 * Runs a command of the lab. What the user asked for in vain, such as a trace that is not there,
 * and a policy of theirs that fails, end in one line and an exit code; what is wrong with the
 * program itself is thrown on.
 */
export async function reportingErrors(
  terminal: Terminal,
  tracePath: string | undefined,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const isRefusal = error instanceof Error && REFUSALS.some((kind) => error instanceof kind);
    if (error instanceof PolicyError) {
      terminal.writeError(`fakeai: ${error.message}\n`);
      return EXIT_FAILED;
    }
    if (!isRefusal) throw error;
    const place = error instanceof TraceError ? `${tracePath}, ` : '';
    terminal.writeError(`fakeai: ${place}${error.message}\n`);
    return EXIT_MISCONFIGURED;
  }
}

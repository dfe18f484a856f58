import type { Decision } from '../../engine/router/decision-log.ts';
import type { HitBound } from '../measure/hit-bound.ts';
import type { ReplayConfig } from '../simulate/replay-config.ts';
import { countedText } from './counted-text.ts';
import { type CellSettings, replayConfig } from './lab-cell.ts';
import type { LabCell } from './lab-document.ts';
import { OptionsError, reportingErrors } from './lab-errors.ts';
import type { LabOptions } from './lab-options.ts';
import { LabSession, type Replays } from './lab-session.ts';
import { type LabTrace, loadLabTrace } from './lab-trace.ts';
import type { Terminal } from './terminal.ts';
import { warmUpFlag, warmUpRequests } from './warm-up.ts';

/** A replay that has ended, and its records and last decisions if they were asked for. */
export interface FinishedCell extends LabCell {
  readonly records: Float64Array | undefined;
  readonly decisions: readonly Decision[];
}

/** What a command of the lab works with: the requests, and threads that replay them. */
export class Lab {
  readonly options: LabOptions;
  readonly trace: LabTrace;
  readonly #replays: Replays;

  constructor(options: LabOptions, trace: LabTrace, replays: Replays) {
    this.options = options;
    this.trace = trace;
    this.#replays = replays;
  }

  /** True once the user has asked to stop, or the user's own policy has failed. */
  get interrupted(): boolean {
    return this.#replays.interrupted;
  }

  /** Replays each cell; undefined are those that the user kept from ending. */
  async run(
    settings: readonly CellSettings[],
    keepRecords = false,
    bounds: readonly (HitBound | undefined)[] = [],
  ): Promise<(FinishedCell | undefined)[]> {
    const configs = settings.map((cell) => replayConfig(cell, this.options, this.trace));
    const runs = await this.#replays.run(configs, this.trace.requests, keepRecords, bounds);
    return settings.map((cell, index) => {
      const run = runs[index];
      return run && { settings: cell, ...run };
    });
  }

  /**
   * What no policy can exceed in each cell, computed once for all that replay the same. Known
   * before the replays, so that whatever of them is kept has it.
   */
  async bounds(settings: readonly CellSettings[]): Promise<(HitBound | undefined)[]> {
    const configs = settings.map((cell) => replayConfig(cell, this.options, this.trace));
    const keys = settings.map((cell, index) => boundKey(cell, configs[index]));
    const distinct = [...new Set(keys)];
    const firsts = distinct.flatMap((key) => configs[keys.indexOf(key)] ?? []);
    const bounds = await this.#replays.bounds(firsts);
    return keys.map((key) => bounds[distinct.indexOf(key)]);
  }
}

/**
 * Makes sure that results can be written, reads the requests, runs a command on them and ends its
 * threads. Resolves to the exit code.
 */
export function withLab(
  terminal: Terminal,
  options: LabOptions,
  use: (lab: Lab) => Promise<number>,
): Promise<number> {
  return reportingErrors(terminal, options.trace, async () => {
    await terminal.makeFolder(options.out);
    // The threads start while the requests are read.
    const session = new LabSession(options.threads);
    try {
      const trace = await loadLabTrace(options, terminal);
      checkWarmup(options, trace);
      const code = await use(new Lab(options, trace, session));
      if (session.policyError !== undefined) throw session.policyError;
      return code;
    } finally {
      await session.close();
    }
  });
}

function checkWarmup({ trace, limit, warmup }: LabOptions, { requests }: LabTrace): void {
  if (warmUpRequests(warmup, requests) < requests) return;
  const own = trace === undefined ? 'more requests (--set requests=N)' : 'a longer trace';
  const more = limit === requests ? 'a higher --limit' : own;
  throw new OptionsError(
    `--warmup ${warmUpFlag(warmup)} leaves nothing of ${countedText(requests, 'request')} to ` +
      `measure; expected less than ${requests}, or ${more}`,
  );
}

/** What the requests of a replay, and so its bound, depend on. */
function boundKey({ blockSize, seed, arrivals }: CellSettings, config?: ReplayConfig): string {
  return config?.trace.kind === 'table'
    ? String(blockSize)
    : `${blockSize} ${seed} ${arrivals.value}`;
}

import { arrivalsText } from './axes.ts';
import type { FinishedCell } from './lab.ts';

/**
 * The last decisions of each replay, a line of JSON for each: what every worker would have cost, in
 * microseconds, and of which terms. `cell` and `request` are those of the records.
 */
export function* decisionsJsonl(cells: readonly FinishedCell[]): Generator<string> {
  for (const [cell, { settings, decisions }] of cells.entries()) {
    const { policy, workers, arrivals, seed } = settings;
    const head = { cell, policy, workers, rate: arrivalsText(arrivals), seed };
    for (const decision of decisions) {
      const line = {
        ...head,
        // Requests are numbered from 0 there, and by the cluster from 1.
        request: decision.requestId - 1,
        at_us: decision.atUs,
        worker: decision.worker,
        prompt_blocks: decision.promptBlocks,
        overlap_blocks: decision.overlapBlocks,
        regret: decision.regretUs,
        candidates: decision.candidates.map((candidate) => ({
          worker: candidate.worker,
          cost: candidate.cost,
          terms: candidate.terms,
          overlap_blocks: candidate.overlapBlocks,
          active_requests: candidate.activeRequests,
          decode_blocks: candidate.decodeBlocks,
        })),
      };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}

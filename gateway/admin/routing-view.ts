import type { Decision } from '../../engine/router/decision-log.ts';
import type { DecisionTime } from '../../engine/router/decision-times.ts';
import type { PolicySource } from '../../engine/router/policy-source.ts';

/** What there is to show of a policy of the user's own. */
export interface OwnPolicyHost {
  readonly source: PolicySource;
  readonly decisionTime: DecisionTime;
  readonly failures: number;
}

/** A policy of the user's own as `/admin/routing` shows it; times are `null` before a decision. */
export function ownPolicyView({ source, decisionTime, failures }: OwnPolicyHost) {
  const { decisions, meanUs, p99Us } = decisionTime;
  return {
    file: source.file,
    sha256: source.sha256,
    decisions,
    failures,
    decision_us: { mean: meanUs, p99: p99Us },
  };
}

/**
 * One decision as `/admin/routing` shows it. Its timestamp is in Unix seconds; `unixMs` is the time
 * of day that `nowUs` is on the monotonic clock. Requests are numbered in the order of their
 * arrival. Costs, their terms and regret are in microseconds.
 */
export function decisionView(decision: Decision, nowUs: number, unixMs: number) {
  return {
    request_id: decision.requestId,
    timestamp: (unixMs - (nowUs - decision.atUs) / 1000) / 1000,
    worker: `worker-${decision.worker}`,
    prompt_blocks: decision.promptBlocks,
    overlap_blocks: decision.overlapBlocks,
    route_us: decision.routeUs,
    regret: decision.regretUs,
    candidates: decision.candidates.map((candidate) => ({
      worker: `worker-${candidate.worker}`,
      cost: candidate.cost,
      terms: candidate.terms,
      overlap_blocks: candidate.overlapBlocks,
      active_requests: candidate.activeRequests,
      decode_blocks: candidate.decodeBlocks,
    })),
  };
}

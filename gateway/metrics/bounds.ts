/**
 * Upper ends of histogram buckets, in the unit that is recorded. Those of series that vLLM has are
 * vLLM's own (vllm/v1/metrics/loggers.py), so that its dashboards show the same resolution.
 */

/** Time to first token. */
export const TTFT_BOUNDS_US = fromSeconds([
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160, 640, 2560,
]);

/** Gap between two tokens. */
export const ITL_BOUNDS_US = fromSeconds([
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]);

/** Whole answers, and their parts. */
export const ANSWER_BOUNDS_US = fromSeconds([
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
]);

/** Tokens of a request: 1-2-5, which vLLM continues up to the model's context. */
export const TOKENS_BOUNDS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000,
  500_000,
];

/** Choices that a request asks for. */
export const CHOICES_BOUNDS: readonly number[] = [1, 2, 5, 10, 20];

/** Whole answers by model. */
export const MODEL_LATENCY_BOUNDS_US = fromSeconds([
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
]);

/** Requests by endpoint. */
export const REQUEST_BOUNDS_US = fromSeconds([
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
]);

/** Routing decisions. */
export const DECISION_BOUNDS_US = fromSeconds([
  0.000001, 0.000002, 0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.01,
]);

/** Lateness of tokens and of the event loop. */
export const LATENESS_BOUNDS_US = fromSeconds([
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  5, 10,
]);

/** All bounds of several lists, each once, rising: a distribution of them can show each list. */
export function mergedBounds(...lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

function fromSeconds(seconds: readonly number[]): readonly number[] {
  return seconds.map((bound) => Math.round(bound * 1e6));
}

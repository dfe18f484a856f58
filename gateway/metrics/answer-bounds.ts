/**
 * Upper ends of the histogram buckets of answers. Those of series that vLLM has are vLLM's own
 * (vllm/v1/metrics/loggers.py), so that its dashboards show the same resolution.
 */

/** Time to first token, in seconds. */
export const TTFT_BOUNDS_S = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160, 640, 2560,
] as const;

/** Gap between two tokens, in seconds. */
export const ITL_BOUNDS_S = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
] as const;

/** Whole answers, and their parts, in seconds. */
export const ANSWER_BOUNDS_S = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
] as const;

/** Tokens of a request: 1-2-5, which vLLM continues up to the model's context. */
export const TOKENS_BOUNDS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000,
  500_000,
] as const;

/** Choices that a request asks for. */
export const CHOICES_BOUNDS = [1, 2, 5, 10, 20] as const;

/** Answers by model, in milliseconds. */
export const MODEL_LATENCY_BOUNDS_MS = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000,
] as const;

/** Routing decisions, in seconds. */
export const DECISION_BOUNDS_S = [
  0.000001, 0.000002, 0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.01,
] as const;

/** Lateness of tokens and of the event loop, in seconds. */
export const LATENESS_BOUNDS_S = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  5, 10,
] as const;

/** Bounds in seconds, as the integer microseconds that are recorded. */
export function boundsUs(seconds: readonly number[]): number[] {
  return seconds.map((bound) => Math.round(bound * 1e6));
}

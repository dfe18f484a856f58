/** How long prefill and decode take. See `engine/worker/latency/` for the formulas. */
export type LatencyConfig =
  | {
      readonly kind: 'constant';
      /**
       * Mean time to first token and mean gap between tokens, in microseconds (may be fractional).
       */
      readonly ttftUs: number;
      readonly ttftVariancePercent: number;
      readonly itlUs: number;
      readonly itlVariancePercent: number;
      /** Share of the TTFT that a cached prefix cannot save, 0 .. 1. */
      readonly ttftFixedShare: number;
    }
  | {
      readonly kind: 'linear';
      readonly prefillOverheadUs: number;
      readonly prefillUsPerToken: number;
      readonly prefillDeviationPercent: number;
      readonly itlUs: number;
      readonly itlDeviationPercent: number;
      /** Latency at `maxNumSeqs` running sequences over latency at one; 1 is no effect of load. */
      readonly loadFactor: number;
    }
  | {
      readonly kind: 'polynomial';
      /**
       * Prefill of t new tokens: a t^2 + b t + c milliseconds; decode at cache use p: d p^2 + e p +
       * f.
       */
      readonly prefillMs: readonly [number, number, number];
      readonly decodeMs: readonly [number, number, number];
      readonly decodeMinMs: number;
    }
  | {
      readonly kind: 'profile';
      readonly ttftMs: number;
      readonly ttftDeviationMs: number;
      readonly itlMs: number;
      readonly itlDeviationMs: number;
      readonly prefillTokensPerSecond: number;
    };

import { LogHistogram } from '../../shared/log-histogram.ts';
import type { EventBatch } from '../../shared/protocol.ts';
import type { ReplayRequest } from '../simulate/replay-request.ts';
import {
  CURVE_SHARES,
  type Distribution,
  type Latencies,
  type ReplayResult,
} from './replay-result.ts';

/** Collects the latencies of requests as their tokens come out, in constant memory. */
export class LatencyTally {
  readonly #ttft = new LogHistogram();
  readonly #secondToken = new LogHistogram();
  readonly #itl = new LogHistogram();
  readonly #tpot = new LogHistogram();
  readonly #e2e = new LogHistogram();
  readonly #queue = new LogHistogram();
  readonly #regret = new LogHistogram();
  /** Equal gaps in a row, not yet in the histogram: the sequences of a step have them all alike. */
  #gapUs = 0;
  #gaps = 0;

  started(queuedUs: number, ttftUs: number): void {
    this.#queue.add(queuedUs);
    this.#ttft.add(ttftUs);
  }

  /** `count` more tokens, before `request` is told of them. */
  tokens(request: ReplayRequest, count: number, batch: EventBatch): void {
    const { emitted } = request;
    const { stepUs } = batch;
    if (emitted > 0) {
      const gapUs = batch.endUs - (count - 1) * stepUs - request.lastTokenUs;
      this.#addGaps(gapUs, 1);
      if (emitted === 1) this.#secondToken.add(gapUs);
    } else if (count > 1) {
      this.#secondToken.add(stepUs);
    }
    if (count > 1) this.#addGaps(stepUs, count - 1);
  }

  finished(request: ReplayRequest): void {
    this.#e2e.add(request.lastTokenUs - request.arrivedUs);
    if (request.emitted > 1) this.#tpot.add(Math.round(meanGapUs(request)));
  }

  /** What a decision cost, see `Hindsight`. */
  regret(regretUs: number): void {
    this.#regret.add(regretUs);
  }

  latencies(): Latencies {
    this.#flushGaps();
    return {
      ttftMs: describe(this.#ttft),
      secondTokenMs: describe(this.#secondToken),
      itlMs: describe(this.#itl),
      tpotMs: describe(this.#tpot),
      e2eMs: describe(this.#e2e),
      queueMs: describe(this.#queue),
      regretMs: describe(this.#regret),
    };
  }

  curves(): ReplayResult['curves'] {
    this.#flushGaps();
    return { ttftMs: curve(this.#ttft), itlMs: curve(this.#itl) };
  }

  #addGaps(gapUs: number, count: number): void {
    if (gapUs !== this.#gapUs) {
      this.#flushGaps();
      this.#gapUs = gapUs;
    }
    this.#gaps += count;
  }

  #flushGaps(): void {
    if (this.#gaps > 0) this.#itl.add(this.#gapUs, this.#gaps);
    this.#gaps = 0;
  }
}

/** Mean gap between the tokens of a finished answer; 0 for a single token. */
export function meanGapUs(request: ReplayRequest): number {
  if (request.emitted <= 1) return 0;
  return (request.lastTokenUs - request.firstTokenUs) / (request.emitted - 1);
}

function describe(histogram: LogHistogram): Distribution {
  if (histogram.count === 0) {
    return { mean: null, p50: null, p90: null, p95: null, p99: null, max: null };
  }
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = histogram.quantiles([0.5, 0.9, 0.95, 0.99]);
  return {
    mean: toMs(histogram.mean),
    p50: toMs(p50),
    p90: toMs(p90),
    p95: toMs(p95),
    p99: toMs(p99),
    max: toMs(histogram.max),
  };
}

function curve(histogram: LogHistogram): number[] {
  return histogram.count === 0 ? [] : histogram.quantiles(CURVE_SHARES).map(toMs);
}

function toMs(us: number): number {
  return Math.round(us) / 1000;
}

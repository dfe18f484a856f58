import type { ReplayResult } from '../../engine/replay/replay-result.ts';
import type { FinishedCell, Lab } from './lab.ts';
import type { CellSettings } from './lab-cell.ts';
import { RateSearch } from './rate-search.ts';
import { arrivalRate, middleRate, servedRate } from './request-rate.ts';
import { isKept, type LabServiceLevel } from './service-level.ts';

/** One rate that was tried. */
export interface Probe {
  /** The rate that was asked for, in requests per second. */
  readonly qps: number;
  /** The rate at which requests came in fact. */
  readonly requestsPerSecond: number;
  readonly goodShare: number;
}

/** The search for the capacity of one setting and seed. */
export class CapacityTrial {
  readonly settings: CellSettings;
  readonly probes: Probe[] = [];
  readonly #search: RateSearch;
  readonly #share: number;
  readonly #level: LabServiceLevel;
  readonly #hasWaitingTurns: boolean;
  #best: FinishedCell | undefined;
  #closest: FinishedCell | undefined;

  /**
   * Of `lab`'s requests `share` must be good, and what its service level asks of percentiles must
   * hold; the rate is wanted within `precision` of it.
   */
  constructor(settings: CellSettings, lab: Lab, share: number, precision: number) {
    this.settings = settings;
    this.#search = new RateSearch(settings.arrivals.value, precision);
    this.#share = share;
    this.#level = lab.options.slo;
    this.#hasWaitingTurns = lab.trace.hasWaitingTurns;
  }

  /** The replay at the highest rate that passed so far. */
  get best(): FinishedCell | undefined {
    return this.#best;
  }

  /** Of the replays that failed the one with most good requests, and of those the slowest. */
  get closest(): FinishedCell | undefined {
    return this.#closest;
  }

  /** The rate to try next, or undefined when the capacity is known. */
  get nextQps(): number | undefined {
    return this.#search.next();
  }

  record(qps: number, cell: FinishedCell): void {
    const { result } = cell;
    const { goodShare } = result;
    const passes = isKept(this.#level, this.#share, result);
    this.#search.record(qps, passes, this.#loadOf(result));
    this.probes.push({ qps, requestsPerSecond: this.#rateOf(result), goodShare });
    const best = this.#best?.result;
    const isLess = best !== undefined && this.#loadOf(result) < this.#loadOf(best);
    if (passes && !(this.#search.isUnbounded && isLess)) this.#best = cell;
    if (!passes && goodShare >= (this.#closest?.result.goodShare ?? 0)) this.#closest = cell;
  }

  /**
   * True when the requests are too few to say more than that the capacity is at least so high:
   * either no rate failed, or not even half the rate that was asked for came, since sessions were
   * over before others had got to their later turns.
   */
  get isLowerBound(): boolean {
    if (this.#best === undefined) return false;
    const { isUnbounded, highest } = this.#search;
    const isTransient = this.#hasWaitingTurns && this.#rateOf(this.#best.result) < highest / 2;
    return isUnbounded || isTransient;
  }

  /**
   * The capacity as a rate to be asked for, such as `replay --qps` takes it; of a lower bound, what
   * was borne in fact. 0 when no rate passed.
   */
  get requestsPerSecond(): number {
    if (this.#best === undefined) return 0;
    return this.isLowerBound ? this.#loadOf(this.#best.result) : this.#search.highest;
  }

  /** Requests per second that came. */
  #rateOf(result: ReplayResult): number {
    return this.#hasWaitingTurns ? middleRate(result.series) : arrivalRate(result);
  }

  /**
   * What the fleet has been shown to bear. Requests that come faster than they can be served, but
   * are soon over, do not show that it bears their rate.
   */
  #loadOf(result: ReplayResult): number {
    return this.#hasWaitingTurns ? middleRate(result.series) : servedRate(result);
  }
}

/**
 * Takes all searches forward together, a replay each at a time, so that every core has work, until
 * all have ended or the user stops them.
 */
export async function searchAll(lab: Lab, trials: readonly CapacityTrial[]): Promise<void> {
  while (!lab.interrupted) {
    const open = trials.flatMap((trial) => {
      const qps = trial.nextQps;
      return qps === undefined ? [] : [{ trial, qps }];
    });
    if (open.length === 0) return;
    const cells = await lab.run(
      open.map(({ trial, qps }) => ({ ...trial.settings, arrivals: { unit: 'qps', value: qps } })),
    );
    for (const [index, { trial, qps }] of open.entries()) {
      const cell = cells[index];
      if (cell !== undefined) trial.record(qps, cell);
    }
  }
}

import type { FinishedCell, Lab } from '../experiment/lab.ts';
import type { CellSettings } from '../experiment/lab-cell.ts';
import { meanOf } from '../experiment/mean.ts';
import { isKept, type LabServiceLevel } from '../experiment/service-level.ts';
import type { ReplayResult } from '../measure/replay-result.ts';
import { RateSearch } from './rate-search.ts';
import { arrivalRate, middleRate, servedRate } from './request-rate.ts';

/** One rate that was tried. */
export interface Probe {
  /** The rate that was asked for, in requests per second. */
  readonly qps: number;
  /** The rate at which requests came in fact, mean over the seeds. */
  readonly requestsPerSecond: number;
  /** Mean over the seeds. */
  readonly goodShare: number;
  /** That of each seed. */
  readonly goodShares: readonly number[];
}

/**
 * The search for the capacity of one setting. A rate is replayed with every seed, and passes by the
 * means over them, as they stand in the line that a table has for it.
 */
export class CapacityTrial {
  /** Of the first seed. */
  readonly settings: CellSettings;
  readonly seeds: readonly number[];
  readonly probes: Probe[] = [];
  readonly #search: RateSearch;
  readonly #share: number;
  readonly #level: LabServiceLevel;
  readonly #hasWaitingTurns: boolean;
  #best: readonly FinishedCell[] | undefined;
  #closest: readonly FinishedCell[] | undefined;

  /**
   * Of `lab`'s requests `share` must be good, and what its service level asks of percentiles must
   * hold; the rate is wanted within `precision` of it.
   */
  constructor(
    settings: CellSettings,
    seeds: readonly number[],
    lab: Lab,
    share: number,
    precision: number,
  ) {
    this.settings = settings;
    this.seeds = seeds;
    this.#search = new RateSearch(settings.arrivals.value, precision);
    this.#share = share;
    this.#level = lab.options.slo;
    this.#hasWaitingTurns = lab.trace.hasWaitingTurns;
  }

  /** The replays at the highest rate that passed so far, one for each seed. */
  get best(): readonly FinishedCell[] | undefined {
    return this.#best;
  }

  /** Of the rates that failed the one with most good requests, and of those the slowest. */
  get closest(): readonly FinishedCell[] | undefined {
    return this.#closest;
  }

  /** The rate to try next, or undefined when the capacity is known. */
  get nextQps(): number | undefined {
    return this.#search.next();
  }

  /** What the replays at `qps` are, one for each seed. */
  settingsAt(qps: number): CellSettings[] {
    return this.seeds.map((seed) => ({
      ...this.settings,
      seed,
      arrivals: { unit: 'qps', value: qps },
    }));
  }

  /** Takes the replays at `qps`, one for each seed. */
  record(qps: number, cells: readonly FinishedCell[]): void {
    const results = cells.map(({ result }) => result);
    const goodShares = results.map(({ goodShare }) => goodShare);
    const passes = isKept(this.#level, this.#share, results);
    const probe = {
      qps,
      requestsPerSecond: this.#rateOf(cells),
      goodShare: meanOf(goodShares),
      goodShares,
    };
    const isLess = this.#best !== undefined && this.#loadOf(cells) < this.#loadOf(this.#best);
    const closest = meanOf((this.#closest ?? []).map(({ result }) => result.goodShare));
    this.#search.record(qps, passes, this.#loadOf(cells));
    if (passes && !(this.#search.isUnbounded && isLess)) this.#best = cells;
    if (!passes && !(probe.goodShare < closest)) this.#closest = cells;
    this.probes.push(probe);
  }

  /**
   * True when the requests are too few to say more than that the capacity is at least so high:
   * either no rate failed, or not even half the rate that was asked for came, since sessions were
   * over before others had got to their later turns.
   */
  get isLowerBound(): boolean {
    if (this.#best === undefined) return false;
    const { isUnbounded, highest } = this.#search;
    const isTransient = this.#hasWaitingTurns && this.#rateOf(this.#best) < highest / 2;
    return isUnbounded || isTransient;
  }

  /**
   * The capacity as a rate to be asked for, such as `replay --qps` takes it; of a lower bound, what
   * was borne in fact. 0 when no rate passed.
   */
  get requestsPerSecond(): number {
    if (this.#best === undefined) return 0;
    return this.isLowerBound ? this.#loadOf(this.#best) : this.#search.highest;
  }

  /** Requests per second that came. */
  #rateOf(cells: readonly FinishedCell[]): number {
    return meanRate(cells, this.#hasWaitingTurns ? cameInTheMiddle : arrivalRate);
  }

  /**
   * What the fleet has been shown to bear. Requests that come faster than they can be served, but
   * are soon over, do not show that it bears their rate.
   */
  #loadOf(cells: readonly FinishedCell[]): number {
    return meanRate(cells, this.#hasWaitingTurns ? cameInTheMiddle : servedRate);
  }
}

function cameInTheMiddle({ series }: ReplayResult): number {
  return middleRate(series);
}

function meanRate(
  cells: readonly FinishedCell[],
  rateOf: (result: ReplayResult) => number,
): number {
  return meanOf(cells.map(({ result }) => rateOf(result)));
}

/**
 * Takes all searches forward together, a rate each at a time, so that every core has work, until
 * all have ended or the user stops them.
 */
export async function searchAll(lab: Lab, trials: readonly CapacityTrial[]): Promise<void> {
  while (!lab.interrupted) {
    const open = trials.flatMap((trial) => {
      const qps = trial.nextQps;
      return qps === undefined ? [] : [{ trial, qps }];
    });
    if (open.length === 0) return;
    const cells = await lab.run(open.flatMap(({ trial, qps }) => trial.settingsAt(qps)));
    let at = 0;
    for (const { trial, qps } of open) {
      const own = cells.slice(at, at + trial.seeds.length);
      const finished = own.filter((cell) => cell !== undefined);
      if (finished.length === own.length) trial.record(qps, finished);
      at += own.length;
    }
  }
}

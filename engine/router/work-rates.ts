/** Seconds over which rates are averaged: many prefills, and few changes of load. */
export const RATE_WINDOW_SECONDS = 30;

/** Rates before this share of the window has passed are taken as if it had. */
const ELAPSED_SHARE_MIN = 0.05;

/**
 * What the router has seen of the traffic: how often requests come, how long their prompts are, and
 * how much of its time each worker was given to prefill. Rates are sums that decay with the window,
 * corrected for what the window has not yet seen.
 */
export class WorkRates {
  readonly #windowUs = RATE_WINDOW_SECONDS * 1e6;
  /** Decayed sums at `#sumsUs`, in units that `#scale` brings down to today's. */
  readonly #workUs: Float64Array;
  #totalWorkUs = 0;
  #arrivals = 0;
  #promptTokens = 0;
  #cachedTokens = 0;
  #firstUs = Number.NaN;
  #sumsUs = 0;
  /** 1 over what is left of the sums, and 1 over the window that they have seen. */
  #perUs = 0;
  #decay = 1;

  constructor(workers: number) {
    this.#workUs = new Float64Array(workers);
  }

  /** It is `atUs` now; earlier than before is taken for the same time. */
  advance(atUs: number): void {
    if (Number.isNaN(this.#firstUs)) {
      this.#firstUs = atUs;
      this.#sumsUs = atUs;
    }
    this.#decay = Math.exp((this.#sumsUs - Math.max(atUs, this.#sumsUs)) / this.#windowUs);
    // Long before the sums are so large that what is added to them is rounded away.
    if (this.#decay < 1e-6) this.#rescale(atUs);
    const seen = 1 - Math.exp((this.#firstUs - atUs) / this.#windowUs);
    this.#perUs = this.#decay / (this.#windowUs * Math.max(ELAPSED_SHARE_MIN, seen));
  }

  /** Requests in a microsecond, of all workers together. */
  get arrivalsPerUs(): number {
    return this.#arrivals * this.#perUs;
  }

  /** How long a request stays where `active` are there, by Little's law; one more comes now. */
  stayUs(active: number): number {
    return active / ((this.#arrivals + 1 / this.#decay) * this.#perUs);
  }

  /** Prefill in time, of all workers together: 2 is the whole time of two workers. */
  get prefillLoad(): number {
    return this.#totalWorkUs * this.#perUs;
  }

  /** Share of its time that `worker` was given to prefill; over 1 when it falls behind. */
  prefillLoadOf(worker: number): number {
    return this.#workUs[worker]! * this.#perUs;
  }

  /** Mean of the prompts of late; 0 before there was one. */
  get promptTokens(): number {
    return this.#arrivals === 0 ? 0 : this.#promptTokens / this.#arrivals;
  }

  /** Mean of what was not cached of the prompts of late; 0 before there was one. */
  get uncachedTokens(): number {
    if (this.#arrivals === 0) return 0;
    return (this.#promptTokens - this.#cachedTokens) / this.#arrivals;
  }

  /** Tokens of prompts of late that were cached for each that was not; 0 before there was one. */
  get hitsPerMiss(): number {
    const missed = this.#promptTokens - this.#cachedTokens;
    return missed > 0 ? this.#cachedTokens / missed : 0;
  }

  /**
   * `worker` is given a prompt at the time of `advance`. It has `cachedTokens` of it, and the
   * prefill of the others takes it `prefillUs`.
   */
  add(worker: number, prefillUs: number, promptTokens: number, cachedTokens: number): void {
    const inflated = 1 / this.#decay;
    this.#workUs[worker] = this.#workUs[worker]! + prefillUs * inflated;
    this.#totalWorkUs += prefillUs * inflated;
    this.#arrivals += inflated;
    this.#promptTokens += promptTokens * inflated;
    this.#cachedTokens += cachedTokens * inflated;
  }

  /** What `worker` was given has come to nothing. */
  forget(worker: number): void {
    this.#totalWorkUs -= this.#workUs[worker]!;
    this.#workUs[worker] = 0;
  }

  #rescale(atUs: number): void {
    for (let worker = 0; worker < this.#workUs.length; worker++) {
      this.#workUs[worker] = this.#workUs[worker]! * this.#decay;
    }
    this.#totalWorkUs *= this.#decay;
    this.#arrivals *= this.#decay;
    this.#promptTokens *= this.#decay;
    this.#cachedTokens *= this.#decay;
    this.#decay = 1;
    this.#sumsUs = atUs;
  }
}

import assert from 'node:assert/strict';
import { REMOVED_BIT } from '../../shared/protocol.ts';

/** One request of a model run. */
export interface ModelRequest {
  readonly id: number;
  readonly priority: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Hashes of the full blocks of prompt and answer, as `lo:hi`. */
  readonly hashes: readonly string[];
}

export interface ModelOptions {
  readonly blockSize: number;
  readonly numBlocks: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly prefixCaching: boolean;
  /** Duration of a step, from its prefill tokens and whether anybody decodes in it. */
  stepUs(prefillTokens: number, decodes: boolean): number;
}

class Sequence {
  readonly request: ModelRequest;
  readonly order: number;
  /** What each of its blocks holds for others to match; undefined for one of its own. */
  readonly blocks: (string | undefined)[] = [];
  computed = 0;
  emitted = 0;
  cachedTokens = -1;
  cancelled = false;

  constructor(request: ModelRequest, order: number) {
    this.request = request;
    this.order = order;
  }

  get known(): number {
    return this.request.promptTokens + this.emitted;
  }

  isWorseThan(other: Sequence): boolean {
    const byPriority = this.request.priority - other.request.priority;
    return byPriority > 0 || (byPriority === 0 && this.order > other.order);
  }
}

/**
 * The scheduler of vLLM on one worker, as slow and as plain as it can be said: lists that are
 * searched, a set of matchable hashes, and one step after another. Three things are as here and not
 * as there: a step in which a sequence gives way for itself goes on with those behind it, blocks of
 * one content are kept once, and those of answers can be matched when their step ends.
 */
export class VllmModel {
  readonly #options: ModelOptions;
  readonly #running: Sequence[] = [];
  #waiting: Sequence[] = [];
  /** References to what each matchable block holds. */
  readonly #refs = new Map<string, number>();
  /** Those of them that a step under way computes. */
  readonly #expected = new Set<string>();
  /** Those that nobody refers to, the least recently used first. */
  readonly #unused: string[] = [];
  #ownBlocks = 0;
  #plan = new Map<Sequence, number>();
  #stepEndUs = Number.POSITIVE_INFINITY;
  #orders = 0;
  /** What came out: `token ID@TIME`, `finished ID@TIME`, `cancelled ID@TIME`. */
  readonly effects: string[] = [];
  /** As those of `WorkerRig`. */
  readonly kv: string[] = [];
  readonly cachedTokens = new Map<number, number>();
  preemptions = 0;
  sharedInStep = 0;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  submit(request: ModelRequest): void {
    this.#waiting.push(new Sequence(request, this.#orders++));
  }

  cancel(id: number, atUs: number): void {
    const running = this.#running.find(({ request }) => request.id === id);
    if (running !== undefined) running.cancelled = true;
    const waits = this.#waiting.some(({ request }) => request.id === id);
    if (!waits) return;
    this.#waiting = this.#waiting.filter(({ request }) => request.id !== id);
    this.effects.push(`cancelled ${id}@${atUs}`);
  }

  /**
   * Begins a step at `atUs` if none is under way and there is work, and ends those that end before
   * `untilUs`.
   */
  run(atUs: number, untilUs: number): void {
    if (this.#stepEndUs === Number.POSITIVE_INFINITY) this.#begin(atUs);
    while (this.#stepEndUs < untilUs) {
      const endUs = this.#stepEndUs;
      this.#end(endUs);
      this.#begin(endUs);
    }
  }

  #begin(atUs: number): void {
    const { maxNumBatchedTokens, maxNumSeqs } = this.#options;
    this.#plan = new Map();
    this.#stepEndUs = Number.POSITIVE_INFINITY;
    const preempted = this.#scheduleRunning(atUs);
    while (!preempted && this.#running.length < maxNumSeqs) {
      const budget = maxNumBatchedTokens - this.#plannedTokens();
      const best = this.#waiting.reduce<Sequence | undefined>(
        (best, other) => (best === undefined || best.isWorseThan(other) ? other : best),
        undefined,
      );
      if (best === undefined || budget === 0 || !this.#admit(best, budget, atUs)) break;
    }
    if (this.#running.length === 0) return;
    let prefillTokens = 0;
    let decodes = false;
    for (const [sequence, tokens] of this.#plan) {
      const decodesOne = sequence.emitted > 0 && sequence.known - sequence.computed === 1;
      if (decodesOne) decodes = true;
      else prefillTokens += tokens;
    }
    this.#stepEndUs = atUs + this.#options.stepUs(prefillTokens, decodes);
  }

  /** Says whether anybody had to give way. */
  #scheduleRunning(atUs: number): boolean {
    let preempted = false;
    for (const sequence of [...this.#running]) {
      while (this.#running.includes(sequence)) {
        const budget = this.#options.maxNumBatchedTokens - this.#plannedTokens();
        const tokens = Math.min(sequence.known - sequence.computed, budget);
        if (tokens === 0 || this.#schedule(sequence, tokens, atUs)) break;
        const worst = this.#running.reduce((worst, other) =>
          other.isWorseThan(worst) ? other : worst,
        );
        this.#plan.delete(worst);
        this.#release(worst);
        worst.computed = 0;
        this.#running.splice(this.#running.indexOf(worst), 1);
        this.#waiting.push(worst);
        this.preemptions++;
        preempted = true;
      }
    }
    return preempted;
  }

  #admit(sequence: Sequence, budget: number, atUs: number): boolean {
    const { blockSize } = this.#options;
    const { hashes } = sequence.request;
    const usable = Math.min(Math.floor((sequence.known - 1) / blockSize), hashes.length);
    let hit = 0;
    while (hit < usable && this.#refs.has(hashes[hit]!)) hit++;
    const found = hashes.slice(0, hit);
    const tokens = Math.min(sequence.known - hit * blockSize, budget);
    const missing = Math.ceil((hit * blockSize + tokens) / blockSize) - hit;
    const revived = found.filter((hash) => this.#unused.includes(hash)).length;
    if (missing > this.#room() - revived) return false;
    for (const hash of found) this.#retain(hash);
    sequence.blocks.push(...found);
    if (found.some((hash) => this.#expected.has(hash))) this.sharedInStep++;
    sequence.computed = hit * blockSize;
    if (sequence.cachedTokens < 0) sequence.cachedTokens = sequence.computed;
    this.#waiting.splice(this.#waiting.indexOf(sequence), 1);
    this.#running.push(sequence);
    assert.ok(this.#schedule(sequence, tokens, atUs));
    return true;
  }

  /** Gives a sequence its tokens of the step, and others its prompt to share. False: no room. */
  #schedule(sequence: Sequence, tokens: number, atUs: number): boolean {
    const { blockSize, prefixCaching } = this.#options;
    const { promptTokens, hashes } = sequence.request;
    const after = sequence.computed + tokens;
    const missing = Math.ceil(after / blockSize) - sequence.blocks.length;
    if (missing > this.#room()) return false;
    for (let n = 0; n < missing; n++) this.#allocate(sequence, atUs);
    this.#plan.set(sequence, tokens);
    for (let n = 0; prefixCaching && n < sequence.blocks.length; n++) {
      const isFilled = (n + 1) * blockSize <= Math.min(after, promptTokens);
      if (!isFilled || sequence.blocks[n] !== undefined || this.#refs.has(hashes[n]!)) continue;
      sequence.blocks[n] = hashes[n]!;
      this.#ownBlocks--;
      this.#refs.set(hashes[n]!, 1);
      this.#expected.add(hashes[n]!);
    }
    return true;
  }

  #end(atUs: number): void {
    for (const sequence of [...this.#running]) {
      const tokens = this.#plan.get(sequence) ?? 0;
      sequence.computed += tokens;
      if (this.#options.prefixCaching) this.#commit(sequence, atUs);
      const { id, outputTokens } = sequence.request;
      const isComputed = sequence.computed === sequence.known;
      if (!sequence.cancelled && tokens > 0 && isComputed) {
        if (sequence.emitted === 0) this.cachedTokens.set(id, sequence.cachedTokens);
        if (outputTokens > 0) {
          sequence.emitted++;
          this.effects.push(`token ${id}@${atUs}`);
        }
      }
      const isOver = sequence.emitted === outputTokens && (outputTokens > 0 || isComputed);
      if (!sequence.cancelled && !isOver) continue;
      this.#release(sequence);
      this.#running.splice(this.#running.indexOf(sequence), 1);
      this.effects.push(`${sequence.cancelled ? 'cancelled' : 'finished'} ${id}@${atUs}`);
    }
  }

  #commit(sequence: Sequence, atUs: number): void {
    const { hashes } = sequence.request;
    const full = Math.floor(sequence.computed / this.#options.blockSize);
    for (let n = 0; n < Math.min(full, hashes.length); n++) {
      const hash = hashes[n]!;
      let isNew = this.#expected.delete(hash);
      if (sequence.blocks[n] === undefined) {
        sequence.blocks[n] = hash;
        this.#ownBlocks--;
        isNew ||= !this.#refs.has(hash);
        if (this.#refs.has(hash)) this.#retain(hash);
        else this.#refs.set(hash, 1);
      }
      if (isNew) this.kv.push(`${hash}@${atUs}`);
    }
  }

  #plannedTokens(): number {
    return [...this.#plan.values()].reduce((sum, tokens) => sum + tokens, 0);
  }

  /** Blocks that hold nothing or that nobody refers to. */
  #room(): number {
    return this.#options.numBlocks - this.#ownBlocks - this.#refs.size + this.#unused.length;
  }

  #allocate(sequence: Sequence, atUs: number): void {
    if (this.#room() === this.#unused.length) {
      const evicted = this.#unused.shift() ?? assert.fail('there is room');
      this.#refs.delete(evicted);
      const [lo, hi] = evicted.split(':').map(Number);
      this.kv.push(`${lo}:${(hi! | REMOVED_BIT) >>> 0}@${atUs}`);
    }
    this.#ownBlocks++;
    sequence.blocks.push(undefined);
  }

  #retain(hash: string): void {
    const refs = this.#refs.get(hash) ?? assert.fail('it can be matched');
    if (refs === 0) this.#unused.splice(this.#unused.indexOf(hash), 1);
    this.#refs.set(hash, refs + 1);
  }

  #release(sequence: Sequence): void {
    for (const hash of sequence.blocks.splice(0).reverse()) {
      if (hash === undefined) {
        this.#ownBlocks--;
        continue;
      }
      const refs = (this.#refs.get(hash) ?? assert.fail('somebody refers to it')) - 1;
      this.#refs.set(hash, refs);
      if (refs > 0) continue;
      if (this.#expected.delete(hash)) this.#refs.delete(hash);
      else this.#unused.push(hash);
    }
  }
}

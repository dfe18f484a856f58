import { EventBatch } from '../../shared/protocol.ts';

/**
 * What workers told the router, on its way for a while. Every report takes equally long, so they
 * arrive in the order in which they left.
 */
export class LateReports {
  readonly #delayUs: number;
  readonly #batches: EventBatch[] = [];
  readonly #dueUs: number[] = [];
  readonly #spare: EventBatch[] = [];
  #head = 0;

  constructor(delayUs: number) {
    this.#delayUs = delayUs;
  }

  /** When the next report arrives, or `Infinity`. */
  nextUs(): number {
    return this.#dueUs[this.#head] ?? Number.POSITIVE_INFINITY;
  }

  /** Takes a copy of what the router wants to know of `batch`. */
  send(batch: EventBatch, atUs: number): void {
    const copy = this.#spare.pop() ?? new EventBatch(batch.worker);
    copy.clear();
    copy.worker = batch.worker;
    copy.seq = batch.seq;
    copy.endUs = batch.endUs;
    copy.kv.append(batch.kv);
    Object.assign(copy.load, batch.load);
    this.#batches.push(copy);
    this.#dueUs.push(atUs + this.#delayUs);
  }

  /** Hands the next report, of which there must be one, to `apply`. */
  deliver(apply: (batch: EventBatch) => void): void {
    const batch = this.#batches[this.#head]!;
    this.#head++;
    apply(batch);
    this.#spare.push(batch);
    if (this.#head * 2 < this.#batches.length) return;
    this.#batches.splice(0, this.#head);
    this.#dueUs.splice(0, this.#head);
    this.#head = 0;
  }
}

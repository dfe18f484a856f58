import type { LoadReport } from '../../shared/protocol.ts';
import type { SequenceTable, Slot } from './sequence-table.ts';

/**
 * What a load report says of the work that is left, and what it has counted since the worker
 * started.
 */
export class LoadMeter {
  readonly #sequences: SequenceTable;
  readonly #blockSize: number;
  #submitsSeen = 0;
  #waitingBlocks = 0;
  #prefillTokensPending = 0;
  #hitBlocks = 0;
  #missedBlocks = 0;
  #readmittedHitBlocks = 0;
  #readmittedMissedBlocks = 0;
  #preemptions = 0;

  constructor(sequences: SequenceTable, blockSize: number) {
    this.#sequences = sequences;
    this.#blockSize = blockSize;
  }

  /** A submit has come, whatever becomes of it. Returns how many that makes. */
  submitted(): number {
    return ++this.#submitsSeen;
  }

  /** A sequence has so many tokens of prefill before it. */
  pendPrefill(slot: Slot, tokens: number): void {
    const { prefillPending } = this.#sequences;
    this.#prefillTokensPending += tokens - prefillPending[slot]!;
    prefillPending[slot] = tokens;
  }

  /** A sequence joins the waiting queue; its pending prefill stays as it is while it is there. */
  joinedQueue(slot: Slot): void {
    this.#waitingBlocks += this.#blocksPending(slot);
  }

  leftQueue(slot: Slot): void {
    this.#waitingBlocks -= this.#blocksPending(slot);
  }

  /** A sequence was admitted for the first time, or again after it had been preempted. */
  admitted(hitBlocks: number, missedBlocks: number, isFirst: boolean): void {
    if (isFirst) {
      this.#hitBlocks += hitBlocks;
      this.#missedBlocks += missedBlocks;
    } else {
      this.#readmittedHitBlocks += hitBlocks;
      this.#readmittedMissedBlocks += missedBlocks;
    }
  }

  preempted(): void {
    this.#preemptions++;
  }

  /** Writes its share of a load report. */
  fill(load: LoadReport): void {
    load.waitingBlocks = this.#waitingBlocks;
    load.prefillTokensPending = this.#prefillTokensPending;
    load.submitsSeen = this.#submitsSeen;
    load.hitBlocks = this.#hitBlocks;
    load.missedBlocks = this.#missedBlocks;
    load.readmittedHitBlocks = this.#readmittedHitBlocks;
    load.readmittedMissedBlocks = this.#readmittedMissedBlocks;
    load.preemptions = this.#preemptions;
  }

  /** Blocks that the prefill of a sequence has still to fill. */
  #blocksPending(slot: Slot): number {
    return Math.ceil(this.#sequences.prefillPending[slot]! / this.#blockSize);
  }
}

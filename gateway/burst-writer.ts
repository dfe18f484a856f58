import type { EventBatch } from '../shared/protocol.ts';

/** A stream with tokens that are out and not yet written. */
export interface PendingStream {
  /** Writes all of them as one burst. */
  flush(): void;
}

/**
 * Writes streams once per turn of the event loop, when all batches that have come in are applied. A
 * write costs more than all else about a token, so when the gateway is behind, the tokens of a
 * stream that have gathered leave together instead of putting it further behind.
 */
export class BurstWriter {
  readonly #noteWritten: (batch: EventBatch) => void;
  #streams: PendingStream[] = [];
  #batches: EventBatch[] = [];
  #scheduled = false;

  /** `noteWritten` is told of each batch once the tokens in it have been written. */
  constructor(noteWritten: (batch: EventBatch) => void) {
    this.#noteWritten = noteWritten;
  }

  /** The stream is flushed at the end of this turn. Once a turn. */
  add(stream: PendingStream): void {
    this.#streams.push(stream);
    this.#schedule();
  }

  addBatch(batch: EventBatch): void {
    this.#batches.push(batch);
    this.#schedule();
  }

  /** Writes what is pending now. */
  readonly flush = (): void => {
    this.#scheduled = false;
    const streams = this.#streams;
    const batches = this.#batches;
    this.#streams = [];
    this.#batches = [];
    for (const stream of streams) stream.flush();
    for (const batch of batches) this.#noteWritten(batch);
  };

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.flush);
  }
}

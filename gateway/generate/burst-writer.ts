import type { EventBatch } from '../../shared/protocol.ts';

/**
 * Events that are written in one turn of the event loop, over all answers, so that a turn takes a
 * few milliseconds however much has come out. What costs about as much as an event counts as one.
 */
export const TURN_EVENTS = 1024;
/** Events that one answer may write before it is the turn of the next one. */
export const ANSWER_EVENTS = 128;

/** An answer with tokens that are out and not yet written. */
export interface PendingAnswer {
  /**
   * Writes some of them, at most `events`, and returns how many. If it could go on it has itself
   * added again.
   */
  flush(events: number): number;
  /** `flush` threw: this answer has failed. */
  broke(error: unknown): void;
}

/** A batch, and how many answers had been added before it was. */
interface PendingBatch {
  readonly batch: EventBatch;
  readonly after: number;
}

/**
 * Writes answers once per turn of the event loop, when all batches that have come in are applied. A
 * write costs more than all else about a token, so when the gateway is behind, the tokens of a
 * stream that have gathered leave together instead of putting it further behind. What does not fit
 * a turn waits for the next one, and so nobody else does.
 */
export class BurstWriter {
  readonly #noteWritten: (batch: EventBatch) => void;
  readonly #defect: (error: unknown) => void;
  /** In the order of their turns. */
  #answers: PendingAnswer[] = [];
  #batches: PendingBatch[] = [];
  /** Answers that were added and that have had their turn, ever since. */
  #added = 0;
  #served = 0;
  #scheduled = false;
  /** Events that this turn has room for. */
  #left = TURN_EVENTS;

  /**
   * `noteWritten` is told of each batch once every answer that its tokens are of has had its turn,
   * and `defect` of what it throws.
   */
  constructor(noteWritten: (batch: EventBatch) => void, defect: (error: unknown) => void) {
    this.#noteWritten = noteWritten;
    this.#defect = defect;
  }

  /** The answer is flushed at the end of this turn, or of one soon after it. Once until then. */
  add(answer: PendingAnswer): void {
    this.#answers.push(answer);
    this.#added++;
    this.#schedule();
  }

  /**
   * The answer has nothing more to wait for: it is flushed at once if this turn has room and no
   * other waits for that, else as one that was added.
   */
  addWhole(answer: PendingAnswer): void {
    if (this.#answers.length > 0 || this.#left <= 0) {
      this.add(answer);
      return;
    }
    this.#schedule();
    this.#serve(answer);
  }

  addBatch(batch: EventBatch): void {
    this.#batches.push({ batch, after: this.#added });
    this.#schedule();
  }

  /** Writes now what one turn has room for. */
  readonly flush = (): void => {
    this.#scheduled = false;
    let served = 0;
    for (const answer of this.#answers) {
      if (this.#left <= 0) break;
      served++;
      this.#serve(answer);
    }
    this.#answers = this.#answers.slice(served);
    this.#served += served;
    this.#left = TURN_EVENTS;
    this.#noteBatches();
    if (this.#answers.length > 0) this.#schedule();
  };

  #serve(answer: PendingAnswer): void {
    try {
      // An answer that writes nothing has been looked at, which is not free either.
      this.#left -= Math.max(1, answer.flush(Math.min(this.#left, ANSWER_EVENTS)));
    } catch (error) {
      answer.broke(error);
    }
  }

  #noteBatches(): void {
    let noted = 0;
    for (const { batch, after } of this.#batches) {
      if (after > this.#served) break;
      noted++;
      try {
        this.#noteWritten(batch);
      } catch (error) {
        this.#defect(error);
      }
    }
    this.#batches = this.#batches.slice(noted);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.flush);
  }
}

import type { AnswerChoice } from './answer-choice.ts';
import type { PendingAnswer } from './burst-writer.ts';

/** What the hashes of some 256 tokens cost, in events. */
const EXTENSION_EVENTS = 4;

/** What it needs of the answer that the choices belong to. */
interface ExtendedAnswer {
  readonly hasEnded: boolean;
  extend(choice: AnswerChoice): void;
  extendLater(extender: PendingAnswer): void;
  broke(error: unknown): void;
}

/**
 * Makes the further block hashes of an answer's choices, a few choices in each turn of the event
 * loop: those of one answer come to need them all at once.
 */
export class HashExtender implements PendingAnswer {
  readonly #answer: ExtendedAnswer;
  #choices: AnswerChoice[] = [];

  constructor(answer: ExtendedAnswer) {
    this.#answer = answer;
  }

  /** The choice needs hashes soon. */
  add(choice: AnswerChoice): void {
    if (this.#choices.length === 0) this.#answer.extendLater(this);
    this.#choices.push(choice);
  }

  flush(events: number): number {
    if (this.#answer.hasEnded) return 0;
    let done = 0;
    for (const choice of this.#choices) {
      if (done * EXTENSION_EVENTS >= events) break;
      done++;
      this.#answer.extend(choice);
    }
    this.#choices = this.#choices.slice(done);
    if (this.#choices.length > 0) this.#answer.extendLater(this);
    return done * EXTENSION_EVENTS;
  }

  broke(error: unknown): void {
    this.#answer.broke(error);
  }
}

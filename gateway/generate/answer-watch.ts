import { type ApiError, apiError } from '../../shared/errors.ts';
import { type Member, MemberList } from '../../shared/member-list.ts';

const SWEEP_MS = 250;

/** What is watched: an answer of any endpoint. */
export interface WatchedAnswer extends Member {
  readonly start: { readonly exchange: { readonly arrivedUs: number } };
  readonly isStream: boolean;
  readonly hasStarted: boolean;
  /** When the last token came out. */
  readonly progressUs: number;
  /** The workers have still to give it tokens: its silence may be theirs. */
  readonly isOwed: boolean;
  /** The workers have done their part, and the client does not take what it was given. */
  readonly isStalled: boolean;
  fail(error: ApiError): void;
  /** Gives up a client that does not take its answer. */
  dropClient(): void;
  /** A call threw: this answer has failed. */
  broke(error: unknown): void;
  /** What it says to break a silence is a comment line. */
  readonly keepAliveIsComment: boolean;
  /** Breaks the silence of a stream that has lasted for `intervalUs`. */
  keepAlive(nowUs: number, intervalUs: number): void;
}

export interface AnswerLimits {
  /** Longest time from arrival to the last byte, in microseconds. */
  readonly answerUs: number;
  /**
   * Longest time without a token of a worker that still owes some; the wait for the first one does
   * not count, nor does that for a client that does not read.
   */
  readonly gapUs: number;
  /** Silence after which a stream gets an event that says nothing, or `Infinity` for none. */
  readonly keepAliveUs: number;
  /** The same where it would be a comment line, which not every client can read. */
  readonly commentUs: number;
}

/**
 * The answers under way, and their time limits. One sweep over all of them a few times a second
 * costs less than a timer for each, and a limit of seconds need not be kept to the millisecond.
 */
export class AnswerWatch {
  readonly #answers = new MemberList<WatchedAnswer>();
  readonly #limits: AnswerLimits;
  readonly #nowUs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  constructor(limits: AnswerLimits, nowUs: () => number) {
    this.#limits = limits;
    this.#nowUs = nowUs;
  }

  get size(): number {
    return this.#answers.size;
  }

  add(answer: WatchedAnswer): void {
    this.#answers.add(answer);
  }

  delete(answer: WatchedAnswer): void {
    if (this.#answers.delete(answer) && this.#answers.size === 0) this.#onIdle?.();
  }

  /** Does not keep the process alive. */
  start(): void {
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Resolves once no answer is under way, or after `deadlineMs`: those left have failed then. */
  async settle(deadlineMs: number): Promise<void> {
    let deadline: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      if (this.#answers.size === 0) resolve();
      else deadline = setTimeout(resolve, deadlineMs);
    });
    clearTimeout(deadline);
    const error = apiError('service_unavailable', { reason: 'the server is shutting down' });
    this.#forEach((answer) => answer.fail(error));
  }

  #sweep(): void {
    const nowUs = this.#nowUs();
    this.#forEach((answer) => this.#check(answer, nowUs));
  }

  #check(answer: WatchedAnswer, nowUs: number): void {
    const { answerUs, gapUs, commentUs } = this.#limits;
    const keepAliveUs = answer.keepAliveIsComment ? commentUs : this.#limits.keepAliveUs;
    const silenceUs = nowUs - answer.progressUs;
    if (nowUs - answer.start.exchange.arrivedUs > answerUs) {
      const seconds = answerUs / 1e6;
      if (answer.isStalled) answer.dropClient();
      else if (answer.isStream) answer.fail(apiError('stream_timeout', { seconds }));
      else answer.fail(apiError('gateway_timeout', { seconds }));
    } else if (answer.hasStarted && answer.isOwed && silenceUs > gapUs) {
      answer.fail(apiError('stream_token_timeout', { seconds: gapUs / 1e6 }));
    } else if (answer.isStream && silenceUs > keepAliveUs) {
      answer.keepAlive(nowUs, keepAliveUs);
    }
  }

  /** `act` may end an answer, and an error in it costs that one. */
  #forEach(act: (answer: WatchedAnswer) => void): void {
    for (const answer of this.#answers.members()) {
      try {
        act(answer);
      } catch (error) {
        answer.broke(error);
      }
    }
  }
}

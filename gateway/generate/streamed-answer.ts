import type { Placement } from '../../engine/cluster/request.ts';
import type { ApiError } from '../../shared/errors.ts';
import { TWO_PIECES_LENGTH_MAX } from '../text/given-text.ts';
import { Answer, type AnswerHost } from './answer.ts';
import type { AnswerChoice } from './answer-choice.ts';
import type { SegmentEvents, StreamEncoder } from './answer-encoder.ts';
import type { AnswerStart } from './answer-start.ts';
import { TokenReader } from './token-reader.ts';

/** Two tokens of the corpus have less characters: what an event has besides text held back. */
const TEXT_MAX = 32;
/** An event costs as much as several if it has so many times 2^8 characters: a usual one has less. */
const EVENT_LENGTH_LOG2 = 8;
/** Characters of one that is escaped. */
const ESCAPED_MAX = 6;

/**
 * An answer that is sent token by token as server-sent events. While the client does not read, its
 * tokens are only counted, so that a slow client costs no memory; when it reads again it gets them.
 */
export class StreamedAnswer extends Answer {
  readonly isStream = true;
  readonly #encoder: StreamEncoder;
  #keptAliveUs = 0;

  constructor(start: AnswerStart, host: AnswerHost, encoder: StreamEncoder) {
    super(start, host);
    this.#encoder = encoder;
  }

  override routed(placement: Placement, routeUs: number): void {
    super.routed(placement, routeUs);
    if (this.#encoder.opensAt === 'placement') this.flushSoon();
  }

  get keepAliveIsComment(): boolean {
    return this.#encoder.keepAliveIsComment;
  }

  keepAlive(nowUs: number, intervalUs: number): void {
    const { exchange } = this.start;
    if (!exchange.hasBegun || exchange.isBlocked || nowUs - this.#keptAliveUs < intervalUs) return;
    this.#keptAliveUs = nowUs;
    exchange.cork(() => exchange.writeEvent(this.#encoder.keepAlive));
  }

  protected progressed(choice: AnswerChoice): void {
    this.lineUp(choice);
  }

  protected sendFailure(error: ApiError): void {
    const { exchange } = this.start;
    if (!exchange.hasBegun) {
      exchange.sendError(error);
      return;
    }
    exchange.cork(() => {
      exchange.writeEvent(this.#encoder.error(error));
      exchange.endStream();
    });
  }

  protected write(): void {
    this.writeBursts();
  }

  protected writeBurst(): void {
    const { exchange, usage } = this.start;
    const encoder = this.#encoder;
    if (!exchange.hasBegun) this.#open();
    for (let choice = this.line[0]; choice !== undefined; choice = this.line[0]) {
      this.#writeChoice(choice);
      this.hadItsTurn(choice);
      if (!this.mayWrite) return;
    }
    if (this.choicesLeft > 0) return;
    this.#writeEvent(encoder.close(usage));
    exchange.writeEvent(encoder.end, encoder.end.length);
    exchange.endStream();
    this.complete();
  }

  #open(): void {
    const { exchange, usage, stop } = this.start;
    const encoder = this.#encoder;
    const held = stop?.longest ?? 0;
    const isPlain = this.choices.every(({ plan }) => plan.isPlain);
    const textMax = isPlain ? TEXT_MAX + held : TWO_PIECES_LENGTH_MAX + ESCAPED_MAX * held;
    exchange.beginStream(encoder.headers(this), encoder.bytesMax(textMax));
    this.#writeEvent(encoder.open(usage));
  }

  #writeChoice(choice: AnswerChoice): void {
    const { usage } = this.start;
    const { index, text } = choice;
    if (!choice.isOpen) {
      this.#writeEvent(this.#encoder.begin(index, usage));
      choice.isOpen = true;
      choice.preamble = this.#encoder.preamble?.(index, usage);
    }
    if (choice.preamble !== undefined) this.#writePreamble(choice);
    if (choice.preamble !== undefined) return;
    if (this.#encoder.tellsTokens === true) this.#writeSingly(choice);
    while (text.taken < choice.emitted && !text.hasEnded) {
      if (!this.mayWrite) return;
      this.#writeToken(choice);
    }
    if (text.hasEnded && this.mayWrite) {
      const { segments } = this.#encoder;
      if (segments !== undefined) this.#endSegment(choice, segments);
      this.#writeEvent(this.#encoder.finish(index, text.finishReason, usage));
      this.endChoice(choice);
    }
  }

  #writePreamble(choice: AnswerChoice): void {
    while (this.mayWrite && choice.preamble !== undefined) {
      const event = choice.preamble.next();
      if (event.done === true) choice.preamble = undefined;
      else {
        this.eventsLeft--;
        this.start.exchange.writeEvent(event.value);
      }
    }
  }

  /** Writes an event for each token, also for those that are given out together. */
  #writeSingly(choice: AnswerChoice): void {
    const { usage } = this.start;
    const { index, text } = choice;
    choice.reader ??= new TokenReader(text);
    const { reader } = choice;
    for (;;) {
      while (reader.hasNext) {
        if (!this.mayWrite) return;
        const { segments } = this.#encoder;
        if (segments !== undefined) this.#enterSegment(choice, reader.segment, segments);
        const { kind, read } = reader;
        usage.completionTokens++;
        if (kind === 'reasoning') usage.reasoningTokens++;
        const event = this.#encoder.token(index, kind, reader.next(), usage, text.seed, read);
        this.#writeEvent(event);
      }
      if (text.taken >= choice.emitted || text.hasEnded || !this.mayWrite) return;
      text.next();
      if (!reader.hasNext) this.eventsLeft--;
    }
  }

  #writeToken(choice: AnswerChoice): void {
    const { usage } = this.start;
    const { segments } = this.#encoder;
    const { index, text } = choice;
    if (segments !== undefined) this.#enterSegment(choice, text.segment, segments);
    const { kind, tokens: before } = text;
    const piece = text.next();
    usage.completionTokens += text.tokens - before;
    if (kind === 'reasoning') usage.reasoningTokens++;
    if (piece !== '')
      this.#writeEvent(this.#encoder.token(index, kind, piece, usage, text.seed, before));
    else this.eventsLeft--;
  }

  /** The next event is of that segment. */
  #enterSegment(choice: AnswerChoice, segment: number, segments: SegmentEvents): void {
    if (choice.openSegment === segment) return;
    this.#endSegment(choice, segments);
    choice.openSegment = segment;
    const { usage } = this.start;
    this.#writeEvent(segments.begin(choice.index, choice.text, segment, usage));
  }

  #endSegment(choice: AnswerChoice, segments: SegmentEvents): void {
    const { openSegment, index, text } = choice;
    if (openSegment < 0) return;
    choice.openSegment = -1;
    this.#writeEvent(segments.end(index, text, openSegment, this.start.usage));
  }

  #writeEvent(event: string): void {
    if (event === '') return;
    this.eventsLeft -= Math.max(1, event.length >> EVENT_LENGTH_LOG2);
    this.start.exchange.writeEvent(event, event.length + this.#encoder.extraBytes);
  }
}

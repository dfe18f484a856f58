import type { Placement } from '../../engine/cluster/request.ts';
import type { ApiError } from '../../shared/errors.ts';
import { TWO_PIECES_LENGTH_MAX } from '../text/given-text.ts';
import { Answer, type AnswerHost } from './answer.ts';
import type { AnswerChoice } from './answer-choice.ts';
import type { StreamEncoder } from './answer-encoder.ts';
import type { AnswerStart } from './answer-start.ts';
import { TokenReader } from './token-reader.ts';

/** Two tokens of the corpus have less characters: what an event has besides text held back. */
const TEXT_MAX = 32;
/** An event costs as much as several if it has so many times 2^8 characters; few have. */
const EVENT_LENGTH_LOG2 = 8;
/** Characters of one that is escaped. */
const ESCAPED_MAX = 6;
/** What a part costs, in events: it may have as much text as a slice of a body. */
const PART_EVENTS = 4;
const EVENT_END = '\n\n';

/**
 * An answer that is sent token by token as server-sent events. While the client does not read, its
 * tokens are only counted, so that a slow client costs no memory; when it reads again it gets them.
 */
export class StreamedAnswer extends Answer {
  readonly isStream = true;
  readonly #encoder: StreamEncoder;
  #keptAliveUs = 0;
  /** What is left of the events that open it. */
  #opening: Iterator<string, void, undefined> | undefined;
  /** A part of an event was written, and not its end. */
  #isInEvent = false;

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
    if (!exchange.hasBegun || exchange.isBlocked || this.#isInEvent) return;
    if (nowUs - this.#keptAliveUs < intervalUs) return;
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
    if (this.#isInEvent) {
      exchange.breakOff();
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
    if (this.#opening !== undefined) this.#opening = this.#writeParts(this.#opening);
    if (this.#opening !== undefined) return;
    for (let choice = this.line[0]; choice !== undefined; choice = this.line[0]) {
      this.#writeChoice(choice);
      this.hadItsTurn(choice);
      if (!this.mayWrite) return;
    }
    if (this.choicesLeft > 0) return;
    this.#writeEvent(encoder.close(usage));
    if (encoder.end !== '') exchange.writeEvent(encoder.end, encoder.end.length);
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
    const opening = encoder.open(usage);
    if (typeof opening === 'string') this.#writeEvent(opening);
    else this.#opening = opening;
  }

  #writeChoice(choice: AnswerChoice): void {
    const { usage } = this.start;
    const { index, text } = choice;
    const encoder = this.#encoder;
    if (!choice.isOpen) {
      this.#writeEvent(encoder.begin(index, usage));
      choice.isOpen = true;
      choice.parts = encoder.preamble?.(index, usage);
    }
    if (!this.#haveParts(choice)) return;
    if (encoder.tellsTokens === true) this.#writeSingly(choice);
    while (text.taken < choice.emitted && !text.hasEnded) {
      if (!this.mayWrite) return;
      this.#writeToken(choice);
    }
    if (!text.hasEnded || !this.mayWrite || !this.#endSegment(choice)) return;
    if (!choice.isFinished) {
      choice.isFinished = true;
      const finish = encoder.finish(index, text.finishReason, usage);
      if (!this.#writeAll(choice, finish)) return;
    }
    this.endChoice(choice);
  }

  /** Writes an event, or begins to write parts. False if not all of these could be written. */
  #writeAll(choice: AnswerChoice, events: string | Iterator<string, void, undefined>): boolean {
    if (typeof events === 'string') {
      this.#writeEvent(events);
      return true;
    }
    choice.parts = events;
    return this.#haveParts(choice);
  }

  /** Writes the parts that come before anything else of a choice; false if not all of them. */
  #haveParts(choice: AnswerChoice): boolean {
    if (choice.parts !== undefined) choice.parts = this.#writeParts(choice.parts);
    return choice.parts === undefined;
  }

  /** Writes parts as long as there is room. Returns what is left of them. */
  #writeParts(
    parts: Iterator<string, void, undefined>,
  ): Iterator<string, void, undefined> | undefined {
    while (this.mayWrite) {
      const part = parts.next();
      if (part.done === true) return undefined;
      this.eventsLeft -= PART_EVENTS;
      if (part.value === '') continue;
      this.#isInEvent = !part.value.endsWith(EVENT_END);
      this.start.exchange.writeEvent(part.value);
    }
    return parts;
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
        if (!this.#enterSegment(choice, reader.segment)) return;
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
    const { index, text } = choice;
    if (!this.#enterSegment(choice, text.segment)) return;
    const { kind, tokens: before } = text;
    const piece = text.next();
    usage.completionTokens += text.tokens - before;
    if (kind === 'reasoning') usage.reasoningTokens++;
    if (piece !== '')
      this.#writeEvent(this.#encoder.token(index, kind, piece, usage, text.seed, before));
    else this.eventsLeft--;
  }

  /** The next event is of that segment. False if what ends the one before has still to be sent. */
  #enterSegment(choice: AnswerChoice, segment: number): boolean {
    const { segments } = this.#encoder;
    if (segments === undefined || choice.openSegment === segment) return true;
    if (!this.#endSegment(choice)) return false;
    choice.openSegment = segment;
    this.#writeEvent(segments.begin(choice.index, choice.text, segment, this.start.usage));
    return true;
  }

  #endSegment(choice: AnswerChoice): boolean {
    const { segments } = this.#encoder;
    const { openSegment, index, text } = choice;
    if (segments === undefined || openSegment < 0) return true;
    choice.openSegment = -1;
    return this.#writeAll(choice, segments.end(index, text, openSegment, this.start.usage));
  }

  #writeEvent(event: string): void {
    if (event === '') return;
    this.eventsLeft -= Math.max(1, event.length >> EVENT_LENGTH_LOG2);
    this.start.exchange.writeEvent(event, event.length + this.#encoder.extraBytes);
  }
}

import { Buffer } from 'node:buffer';
import { type ApiError, apiError } from '../../shared/errors.ts';
import { UNKNOWN_LENGTH } from './framing.ts';
import { type Intake, SMALL_BODY_BYTES } from './intake.ts';

/** First room for a body of unknown length, in bytes; it doubles when it is used up. */
const FIRST_ROOM = 65_536;

/**
 * The bytes of one body. Where it comes as one chunk they are not copied; else each is copied into
 * a buffer of the announced length, which for a large body begins small and doubles: the intake is
 * charged with the room that a body takes, so that one which never comes keeps nobody out.
 */
export class RequestBody {
  readonly #intake: Intake;
  readonly #announced: number;
  #bytes: Buffer = EMPTY;
  /** The memory is the HTTP library's. */
  #isBorrowed = false;
  #received = 0;
  #charged = 0;

  /** `announced` is the length in bytes, or `UNKNOWN_LENGTH`. */
  constructor(intake: Intake, announced: number) {
    this.#intake = intake;
    this.#announced = announced;
  }

  /** Charges the first room of what the head announces. Returns why that cannot be, if so. */
  open(): ApiError | undefined {
    const announced = this.#announced;
    if (announced > this.#intake.bodyBytesMax) return this.#tooLarge();
    if (announced <= 0) return undefined;
    return this.#intake.roomFor(announced, announced) ?? this.#charge(this.#firstRoom);
  }

  /** Adds the next chunk, whose memory is the HTTP library's again after the callback. */
  add(chunk: ArrayBuffer, isLast: boolean): ApiError | undefined {
    const count = chunk.byteLength;
    if (isLast && this.#received === 0) {
      this.#bytes = Buffer.from(chunk);
      this.#isBorrowed = true;
      this.#received = count;
      if (count > this.#intake.bodyBytesMax) return this.#tooLarge();
      return count > this.#charged ? this.#charge(count) : undefined;
    }
    if (this.#received + count > this.#bytes.length) {
      const problem = this.#makeRoom(count);
      if (problem !== undefined) return problem;
    }
    this.#bytes.set(new Uint8Array(chunk), this.#received);
    this.#received += count;
    return undefined;
  }

  /** What has been received. Valid until the callback that brought the last chunk returns. */
  get bytes(): Buffer {
    const { length } = this.#bytes;
    return this.#received === length ? this.#bytes : this.#bytes.subarray(0, this.#received);
  }

  /** Makes `bytes` valid until `release`. */
  keep(): void {
    if (this.#isBorrowed) this.#bytes = Buffer.from(this.#bytes);
    this.#isBorrowed = false;
  }

  /** Nobody reads it any more. */
  release(): void {
    this.#bytes = EMPTY;
    this.#intake.release(this.#charged);
    this.#charged = 0;
  }

  get #firstRoom(): number {
    if (this.#announced === UNKNOWN_LENGTH) return FIRST_ROOM;
    return Math.min(this.#announced, SMALL_BODY_BYTES);
  }

  #makeRoom(count: number): ApiError | undefined {
    const needed = this.#received + count;
    const { bodyBytesMax } = this.#intake;
    if (needed > bodyBytesMax) return this.#tooLarge();
    const wanted = Math.max(this.#firstRoom, this.#bytes.length * 2, needed);
    const most = this.#announced === UNKNOWN_LENGTH ? bodyBytesMax : this.#announced;
    const room = Math.max(needed, Math.min(wanted, most));
    const problem = this.#charge(room);
    if (problem !== undefined) return problem;
    const grown = Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(grown, 0, 0, this.#received);
    this.#bytes = grown;
    return undefined;
  }

  /** Charges up to `room` bytes in all. */
  #charge(room: number): ApiError | undefined {
    const problem = this.#intake.charge(room - this.#charged, Math.max(room, this.#announced));
    if (problem === undefined) this.#charged = room;
    return problem;
  }

  #tooLarge(): ApiError {
    return apiError('payload_too_large', { max: this.#intake.bodyBytesMax });
  }
}

const EMPTY = Buffer.alloc(0);

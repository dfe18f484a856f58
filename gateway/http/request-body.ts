import { type ApiError, apiError } from '../../shared/errors.ts';
import { UNKNOWN_LENGTH } from './framing.ts';
import type { Intake } from './intake.ts';

/** First room for a body of unknown length, in bytes; it doubles when it is used up. */
const FIRST_ROOM = 65_536;

/**
 * The bytes of one body. Each is copied once, into one buffer of the announced length, or not at
 * all where the whole body comes as one chunk. The intake is charged with the announced length at
 * once, and with the room that a body of unknown length takes as it grows.
 */
export class RequestBody {
  readonly #intake: Intake;
  readonly #announced: number;
  #bytes: Buffer = EMPTY;
  #received = 0;
  #charged = 0;

  /** `announced` is the length in bytes, or `UNKNOWN_LENGTH`. */
  constructor(intake: Intake, announced: number) {
    this.#intake = intake;
    this.#announced = announced;
  }

  /** Charges what the head announces. Returns why that cannot be, if it cannot. */
  open(): ApiError | undefined {
    if (this.#announced > this.#intake.bodyBytesMax) return this.#tooLarge();
    return this.#announced > 0 ? this.#charge(this.#announced) : undefined;
  }

  /** Adds the next chunk, whose memory is the HTTP library's again after the callback. */
  add(chunk: ArrayBuffer, isLast: boolean): ApiError | undefined {
    const count = chunk.byteLength;
    if (isLast && this.#received === 0) {
      this.#bytes = Buffer.from(chunk);
      this.#received = count;
      return count > this.#intake.bodyBytesMax ? this.#tooLarge() : undefined;
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

  /** Nobody reads it any more. */
  release(): void {
    this.#bytes = EMPTY;
    this.#intake.release(this.#charged);
    this.#charged = 0;
  }

  #makeRoom(count: number): ApiError | undefined {
    const needed = this.#received + count;
    if (needed > this.#intake.bodyBytesMax) return this.#tooLarge();
    let room = this.#announced;
    if (this.#announced === UNKNOWN_LENGTH) {
      room = Math.max(FIRST_ROOM, this.#bytes.length * 2, needed);
      room = Math.min(room, this.#intake.bodyBytesMax);
      const problem = this.#charge(room - this.#charged);
      if (problem !== undefined) return problem;
    }
    const grown = Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(grown, 0, 0, this.#received);
    this.#bytes = grown;
    return undefined;
  }

  #charge(bytes: number): ApiError | undefined {
    const problem = this.#intake.charge(bytes);
    if (problem === undefined) this.#charged += bytes;
    return problem;
  }

  #tooLarge(): ApiError {
    return apiError('payload_too_large', { max: this.#intake.bodyBytesMax });
  }
}

const EMPTY = Buffer.alloc(0);

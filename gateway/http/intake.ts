import { type ApiError, apiError } from '../../shared/errors.ts';
import { type Member, MemberList } from '../../shared/member-list.ts';

export interface IntakeLimits {
  /** Largest body, in bytes. */
  readonly bodyBytes: number;
  /** Bytes of all bodies that are being received or read. */
  readonly bytesInFlight: number;
  /** Requests with a body, from head to answer; 0 sets no limit. */
  readonly requests: number;
}

/** Bodies up to this length are small: for them room is kept that no larger one may take. */
export const SMALL_BODY_BYTES = 2 ** 20;
/** The share of all bytes that is kept for them, unless one largest body needs it. */
const SMALL_BODY_SHARE = 1 / 8;

/** An upload that can be refused before its end. */
interface Upload extends Member {
  refuse(error: ApiError): void;
}

/**
 * What may come in: requests with a body are admitted or refused by their head, before anything of
 * the body is kept. A request holds its place until its answer has ended, and its body is charged
 * with the memory that it takes as it comes, so that uploads which never end count as well.
 */
export class Intake {
  readonly #limits: IntakeLimits;
  /** What bodies may take together when a large one comes. */
  readonly #largeBodyBytes: number;
  readonly #uploads = new MemberList<Upload>();
  #requests = 0;
  #bytesInFlight = 0;
  #bodiesRefused = 0;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(limits: IntakeLimits) {
    const { bodyBytes, bytesInFlight } = limits;
    this.#limits = limits;
    this.#largeBodyBytes = Math.max(bodyBytes, bytesInFlight * (1 - SMALL_BODY_SHARE));
  }

  /** Largest body, in bytes. */
  get bodyBytesMax(): number {
    return this.#limits.bodyBytes;
  }

  /** Bytes that are charged. */
  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  /** Bodies for which there was no room. */
  get bodiesRefused(): number {
    return this.#bodiesRefused;
  }

  /** Takes a request in and returns undefined, or why not. `left` must follow the former. */
  enter(upload: Upload): ApiError | undefined {
    if (this.#isClosed) return unavailable('the server is shutting down');
    const { requests } = this.#limits;
    if (requests > 0 && this.#requests >= requests) {
      return unavailable(`${requests} requests are under way`);
    }
    this.#requests++;
    this.#uploads.add(upload);
    return undefined;
  }

  /** The body is there, or will never be. */
  uploaded(upload: Upload): void {
    this.#uploads.delete(upload);
  }

  /** The answer of a request that was taken in has ended. */
  left(): void {
    this.#requests--;
    if (this.#requests === 0) this.#onIdle?.();
  }

  /** Whether `bytes` more fit, of a body of `length` bytes: undefined, or why not, which counts. */
  roomFor(bytes: number, length: number): ApiError | undefined {
    const limit = length > SMALL_BODY_BYTES ? this.#largeBodyBytes : this.#limits.bytesInFlight;
    if (this.#bytesInFlight + bytes <= limit) return undefined;
    this.#bodiesRefused++;
    return unavailable(`bodies of ${this.#bytesInFlight} bytes are under way`);
  }

  /** Charges bytes of a body of `length`, so far or in all, and returns undefined, or why not. */
  charge(bytes: number, length: number): ApiError | undefined {
    const problem = this.roomFor(bytes, length);
    if (problem === undefined) this.#bytesInFlight += bytes;
    return problem;
  }

  release(bytes: number): void {
    this.#bytesInFlight -= bytes;
  }

  /** Takes in nothing more, and refuses every body that is not there yet. */
  close(): void {
    this.#isClosed = true;
    for (const upload of this.#uploads.members()) {
      upload.refuse(unavailable('the server is shutting down'));
    }
  }

  /** Resolves once no request is under way, or after `deadlineMs`. */
  async idle(deadlineMs: number): Promise<void> {
    if (this.#requests === 0) return;
    let deadline: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      deadline = setTimeout(resolve, deadlineMs);
    });
    clearTimeout(deadline);
  }
}

function unavailable(reason: string): ApiError {
  return apiError('service_unavailable', { reason });
}

import type { HttpResponse } from 'uWebSockets.js';
import type { ApiError } from '../../shared/errors.ts';
import type { Intake } from './intake.ts';
import type { ReadingTurns } from './reading-turns.ts';
import { RequestBody } from './request-body.ts';

/**
 * Reads a body. `bytes` are valid until it returns; the body stays charged to the bytes in flight
 * until the promise has settled, if it returns one.
 */
export type BodyHandler = (bytes: Buffer) => Promise<void> | undefined;

/** The exchange that a body belongs to. */
interface BodyOwner {
  readonly isOpen: boolean;
  sendError(error: ApiError): void;
  sendErrorAndClose(error: ApiError): void;
  failed(error: unknown): void;
}

/** How long a refused body is read and thrown away before its connection is closed. */
const DISCARD_MS = 1000;

/** Receives one body, from the head of its request until the exchange has ended. */
export class BodyReader {
  listedAt = -1;
  readonly #owner: BodyOwner;
  readonly #intake: Intake;
  readonly #turns: ReadingTurns;
  #handle: BodyHandler | undefined;
  readonly #body: RequestBody;
  #isTakenIn = false;
  #isUploading = false;
  /** The whole body is there, and nobody has said yet who reads it. */
  #isKept = false;
  /** Why the body is thrown away. */
  #refusal: ApiError | undefined;
  #discarding: NodeJS.Timeout | undefined;

  /**
   * `announced` is the length in bytes, or `UNKNOWN_LENGTH`. `handle` is not called if the body is
   * refused or the client leaves before its end; without one the body waits for `readWith`.
   */
  constructor(
    owner: BodyOwner,
    intake: Intake,
    turns: ReadingTurns,
    announced: number,
    handle: BodyHandler | undefined,
  ) {
    this.#owner = owner;
    this.#intake = intake;
    this.#turns = turns;
    this.#handle = handle;
    this.#body = new RequestBody(intake, announced);
  }

  /** Receives the body if the intake has room for it, else answers why not. */
  start(res: HttpResponse): void {
    const full = this.#intake.enter(this);
    if (full === undefined) {
      this.#isTakenIn = true;
      this.#isUploading = true;
    }
    const refusal = full ?? this.#body.open();
    if (refusal !== undefined) this.refuse(refusal);
    this.#receive(res);
  }

  /** Throws a body away that takes no place in the intake. See `refuse`. */
  discard(res: HttpResponse, error: ApiError): void {
    this.refuse(error);
    this.#receive(res);
  }

  #receive(res: HttpResponse): void {
    res.onData((chunk, isLast) => {
      if (!this.#owner.isOpen) return;
      if (this.#refusal === undefined) {
        const excess = this.#body.add(chunk, isLast);
        if (excess !== undefined) this.refuse(excess);
        else if (isLast) this.#give();
      }
      if (isLast && this.#refusal !== undefined) this.#owner.sendError(this.#refusal);
    });
  }

  /** Says who reads a body that was received without that. */
  readWith(handle: BodyHandler): void {
    this.#handle = handle;
    if (this.#isKept) this.#turns.later(this);
    this.#isKept = false;
  }

  /**
   * Refuses a body that is still on its way, or waits for `readWith`. What comes of it is thrown
   * away, and the answer follows it: told earlier, most clients fail to write and do not read the
   * answer. One that takes longer than a second is told then, and its connection is closed.
   */
  refuse(error: ApiError): void {
    if (this.#uploaded()) this.#body.release();
    if (this.#isKept) {
      this.#owner.sendError(error);
      return;
    }
    this.#refusal = error;
    this.#discarding = setTimeout(() => this.#owner.sendErrorAndClose(error), DISCARD_MS);
  }

  /** The exchange has ended. */
  ended(): void {
    clearTimeout(this.#discarding);
    if (!this.#isTakenIn) return;
    this.#isTakenIn = false;
    if (this.#uploaded() || this.#isKept) this.#body.release();
    this.#intake.left();
  }

  /** Reads the whole body, if the exchange is still open. */
  read(): void {
    if (this.#owner.isOpen) this.#readNow();
    else this.#body.release();
  }

  /** The body is not received from now on. False if it was not. */
  #uploaded(): boolean {
    if (!this.#isUploading) return false;
    this.#isUploading = false;
    this.#intake.uploaded(this);
    return true;
  }

  #give(): void {
    this.#uploaded();
    if (this.#handle === undefined) {
      this.#body.keep();
      this.#isKept = true;
      return;
    }
    if (this.#turns.hasTime) {
      this.#turns.now(this);
      return;
    }
    this.#body.keep();
    this.#turns.later(this);
  }

  #readNow(): void {
    const body = this.#body;
    let pending: Promise<void> | undefined;
    try {
      pending = this.#handle?.(body.bytes);
    } catch (error) {
      this.#owner.failed(error);
    }
    if (pending === undefined) {
      body.release();
      return;
    }
    void pending.catch((error) => this.#owner.failed(error)).then(() => body.release());
  }
}

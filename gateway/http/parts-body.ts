import type { HeaderList } from '../../shared/errors.ts';
import type { Exchange, ExchangeListener } from './exchange.ts';

/** Parts that are made in one turn of the event loop, of one body. */
const PARTS_AT_ONCE = 64;

/**
 * A body that is made part by part, as the client takes it, so that it need not be held whole. Each
 * part has at most 4 KiB, and is made in some 20 us; an empty one is a part of the work.
 */
export class PartsBody implements ExchangeListener {
  readonly #exchange: Exchange;
  readonly #parts: Iterator<string | Uint8Array, void, undefined>;
  readonly #limitMs: number;
  #limit: NodeJS.Timeout | undefined;
  #isScheduled = false;

  /** A client that has not taken all of it after `limitSeconds` is given up. */
  constructor(
    exchange: Exchange,
    parts: Iterator<string | Uint8Array, void, undefined>,
    limitSeconds: number,
  ) {
    this.#exchange = exchange;
    this.#parts = parts;
    this.#limitMs = limitSeconds * 1000;
  }

  /** Sends it, with status 200. Nothing else may be sent. */
  send(contentType: string, headers: HeaderList): void {
    const exchange = this.#exchange;
    exchange.attend(this);
    this.#limit = setTimeout(() => exchange.dropClient(), this.#limitMs).unref();
    exchange.cork(() => exchange.beginBody(contentType, headers));
    this.#write();
  }

  gone(): void {
    clearTimeout(this.#limit);
  }

  room(): void {
    this.#write();
  }

  #write(): void {
    const exchange = this.#exchange;
    let left = PARTS_AT_ONCE;
    const burst = (): void => {
      for (; left > 0 && !exchange.isFull && !exchange.isBlocked; left--) {
        const { value, done } = this.#parts.next();
        if (done || value === undefined) {
          clearTimeout(this.#limit);
          exchange.endStream();
          return;
        }
        if (value.length > 0) exchange.write(value);
      }
    };
    while (left > 0 && exchange.isOpen && !exchange.isBlocked) exchange.cork(burst);
    if (left === 0) this.#writeLater();
  }

  #writeLater(): void {
    if (this.#isScheduled || !this.#exchange.isOpen || this.#exchange.isBlocked) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#exchange.isOpen && !this.#exchange.isBlocked) this.#guarded();
    });
  }

  /** What is thrown here would end the process. */
  #guarded(): void {
    try {
      this.#write();
    } catch (error) {
      this.#exchange.failed(error);
    }
  }
}

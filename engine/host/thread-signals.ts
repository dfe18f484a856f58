const WAKES = 0;
const TAKEN_BYTES = 1;
const BEATS = 2;
const WORDS = 3;

/**
 * What a thread and its pool share besides messages: three counters of 32 bits, which wrap. The
 * pool bumps one to wake the thread; by the others the thread says, without a message and without
 * its event loop, what it has taken of what was sent, and that it goes round its loop.
 */
export class ThreadSignals {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(buffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Wakes the thread, or keeps it from going to sleep. */
  wake(): void {
    Atomics.add(this.#words, WAKES, 1);
    Atomics.notify(this.#words, WAKES);
  }

  /** How often the thread was woken: to be read before it looks for messages. */
  get wakes(): number {
    return Atomics.load(this.#words, WAKES);
  }

  /** Sleeps for `forMs`, or until the thread is woken again after `wakes` was read. */
  sleep(wakes: number, forMs: number): void {
    Atomics.wait(this.#words, WAKES, wakes, forMs);
  }

  /** The thread is alive. */
  beat(): void {
    Atomics.add(this.#words, BEATS, 1);
  }

  /** Changes whenever the thread has shown that it is alive. */
  get beats(): number {
    return Atomics.load(this.#words, BEATS);
  }

  /** The thread has done what a message of so many bytes asks of it. */
  took(bytes: number): void {
    Atomics.add(this.#words, TAKEN_BYTES, bytes);
    this.beat();
  }

  /** Of `sentBytes`, which may have wrapped, those that the thread has not taken. */
  untaken(sentBytes: number): number {
    return (sentBytes - Atomics.load(this.#words, TAKEN_BYTES)) >>> 0;
  }
}

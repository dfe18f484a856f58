import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { decodeEvents, encodeCommands } from '../../shared/codec.ts';
import type { WorkerId } from '../../shared/ids.ts';
import type { CrashedEvent, EventBatch, WorkerCommand } from '../../shared/protocol.ts';
import type { ThreadRunner } from './thread-runner.ts';
import { ThreadSignals } from './thread-signals.ts';

export interface LinkOptions {
  /** See `clockOrigin`. */
  readonly clockOrigin: bigint;
  readonly tickUs: number;
  /** Time between two beats of the thread, at most. */
  readonly beatMs: number;
}

export interface LinkListener {
  /** What the thread has to say, in order. If this throws, the thread is ended for it. */
  event(event: EventBatch | CrashedEvent): void;
  /** The thread is gone, for a reason that is for a log line. The last call. */
  ended(reason: string): void;
}

/** Looks in a row at which a thread has not shown a beat before it is taken to hang. */
export const LOOKS_UNTIL_HUNG = 20;
/** The same for one that has not said hello: it loads its code first, maybe on a busy machine. */
export const LOOKS_UNTIL_LOST = 240;

/**
 * The connection of a lane to one thread, from the thread's start to its end: brings it commands,
 * once a turn of the event loop, and says what it answers. A thread that breaks the protocol or
 * hangs is ended.
 */
export class ThreadLink {
  /** Resolves when the thread has said hello; rejects if it ends before that. */
  readonly greeted: Promise<void>;
  /** Resolves when the thread is gone, whatever the reason. */
  readonly ended: Promise<void>;
  readonly #port: MessagePort;
  readonly #signals = new ThreadSignals();
  readonly #listener: LinkListener;
  readonly #abort = new AbortController();
  /** Commands that leave at the end of this turn of the event loop. */
  #outgoing: WorkerCommand[] = [];
  #outgoingBytes = 0;
  #sentBytes = 0;
  #greet: () => void = () => {};
  #refuse: (error: Error) => void = () => {};
  #hasGreeted = false;
  #seenBeats = 0;
  #silentLooks = 0;
  /** Why the thread was ended from here, if it was: what it said since does not count. */
  #verdict: string | undefined;

  constructor(runner: ThreadRunner, options: LinkOptions, listener: LinkListener) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#listener = listener;
    this.greeted = new Promise((resolve, reject) => {
      this.#greet = resolve;
      this.#refuse = reject;
    });
    port1.on('message', (bytes: Uint8Array) => this.#receive(bytes));
    const task = { port: port2, signals: this.#signals.buffer, ...options };
    this.ended = runner.run(task, this.#abort.signal).then(
      () => this.#end('its task returned'),
      (error: Error) => this.#end(this.#verdict ?? error.message),
    );
  }

  /** Bytes that the thread has not taken, those of this turn by estimate. */
  get backlogBytes(): number {
    return this.#signals.untaken(this.#sentBytes) + this.#outgoingBytes;
  }

  /** Takes a command along at the end of this turn. */
  send(command: WorkerCommand): void {
    this.#outgoing.push(command);
    this.#outgoingBytes += bytesOf(command);
  }

  /** Sends what has gathered since the last call. */
  flush(): void {
    if (this.#outgoing.length === 0) return;
    const bytes = encodeCommands(this.#outgoing);
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    this.#sentBytes = (this.#sentBytes + bytes.byteLength) >>> 0;
    this.#port.postMessage(bytes, [bytes.buffer]);
    this.#signals.wake();
  }

  /** Takes back what has gathered for a worker that is gone. */
  drop(worker: WorkerId): void {
    const gathered = this.#outgoing;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    for (const command of gathered) {
      if (command.kind === 'drain' || command.worker !== worker) this.send(command);
    }
  }

  /**
   * Has the thread shown a beat since the last look? If it has not for a number of looks it hangs.
   * Looks are counted, not time, so that a process that was stopped for an hour, or whose event
   * loop was held up, has lost no more than one look by that.
   */
  look(): void {
    const { beats } = this.#signals;
    if (beats !== this.#seenBeats) {
      this.#seenBeats = beats;
      this.#silentLooks = 0;
    } else if (++this.#silentLooks === (this.#hasGreeted ? LOOKS_UNTIL_HUNG : LOOKS_UNTIL_LOST)) {
      this.giveUp(this.#hasGreeted ? 'it hangs' : 'it does not start');
    }
  }

  /** Ends the thread, whatever it is doing. What it has said but was not heard is lost. */
  giveUp(reason: string): void {
    if (this.#verdict !== undefined) return;
    this.#verdict = reason;
    this.#port.close();
    this.#abort.abort();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#verdict !== undefined) return;
    try {
      for (const event of decodeEvents(bytes)) {
        if (event.kind !== 'hello') this.#listener.event(event);
        else {
          this.#hasGreeted = true;
          this.#silentLooks = 0;
          this.#greet();
        }
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.giveUp(`it broke the protocol: ${message}`);
    }
  }

  /** The thread's task has ended. What it said last may be on its way still. */
  #end(reason: string): void {
    while (this.#verdict === undefined) {
      const got = receiveMessageOnPort(this.#port);
      if (got === undefined) break;
      this.#receive(got.message);
    }
    this.#verdict ??= reason;
    this.#port.close();
    this.#refuse(new Error(this.#verdict));
    this.#listener.ended(this.#verdict);
  }
}

/** About as many bytes as a command takes in a message. */
function bytesOf(command: WorkerCommand): number {
  const hashes = 'hashes' in command ? command.hashes.byteLength : 0;
  return 128 + hashes;
}

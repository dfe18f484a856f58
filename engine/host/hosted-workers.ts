import { assert, assertNever } from '../../shared/assert.ts';
import type { WorkerId } from '../../shared/ids.ts';
import {
  EventBatch,
  type Fault,
  type SubmitCommand,
  type WorkerCommand,
  type WorkerEvent,
} from '../../shared/protocol.ts';
import { SimulatedWorker } from '../worker/worker.ts';

/**
 * The workers of one thread: takes commands in, advances whatever is due, and gathers what there is
 * to tell. It neither waits nor talks to a port, so that a test can drive it with a clock of its
 * own. A worker that throws is gone; the others on the thread are not.
 */
export class HostedWorkers {
  readonly #workers = new Map<WorkerId, SimulatedWorker>();
  readonly #events: WorkerEvent[] = [];
  /** Batches that the receiver is done with. */
  readonly #spareBatches: EventBatch[] = [];
  /** The latest time it has heard of: a sender's clock may be ahead of its own by a little. */
  #nowUs = 0;
  #draining = false;

  /** True once a drain was asked for and nothing is left to do. */
  get isDrained(): boolean {
    if (!this.#draining) return false;
    for (const worker of this.#workers.values()) if (worker.size > 0) return false;
    return true;
  }

  /** When `advance` has something to do, or `Infinity`. */
  nextWakeUs(): number {
    let wakeUs = Number.POSITIVE_INFINITY;
    for (const worker of this.#workers.values()) wakeUs = Math.min(wakeUs, worker.nextWakeUs());
    return wakeUs;
  }

  /** Takes one command. What was due before a submitted sequence arrived is done first. */
  handle(command: WorkerCommand, nowUs: number): void {
    this.#nowUs = Math.max(this.#nowUs, nowUs);
    switch (command.kind) {
      case 'submit':
        this.#nowUs = Math.max(this.#nowUs, command.arrivedUs);
        this.#guard(command.worker, (worker) => this.#submit(worker, command));
        break;
      case 'cancel':
        this.#guard(command.worker, (worker) => worker.cancel(command, this.#nowUs));
        break;
      case 'extend':
        this.#guard(command.worker, (worker) => worker.extend(command, this.#nowUs));
        break;
      case 'configure':
        this.#workers.set(command.worker, new SimulatedWorker(command.worker, command.config));
        break;
      case 'drain':
        this.#draining = true;
        break;
      case 'fault':
        this.#guard(command.worker, () => commitFault(command.fault));
        break;
      default:
        assertNever(command);
    }
  }

  /** Advances every worker that has something due at or before `nowUs`. */
  advance(nowUs: number): void {
    this.#nowUs = Math.max(this.#nowUs, nowUs);
    for (const [id, worker] of this.#workers) {
      if (worker.nextWakeUs() <= this.#nowUs) {
        this.#guard(id, () => {
          while (worker.nextWakeUs() <= this.#nowUs) this.#advanceOnce(worker, this.#nowUs + 1);
        });
      }
    }
  }

  /** What there is to tell, in order of effect. Valid until `recycle`. */
  get events(): readonly WorkerEvent[] {
    return this.#events;
  }

  /** The events have been encoded: their batches can be filled again. */
  recycle(): void {
    for (const event of this.#events) {
      if (event.kind === 'batch') this.#spareBatches.push(event);
    }
    this.#events.length = 0;
  }

  /** Asserts the invariants of every worker, for tests. */
  checkInvariants(): void {
    for (const worker of this.#workers.values()) worker.checkInvariants();
  }

  #submit(worker: SimulatedWorker, command: SubmitCommand): void {
    while (worker.mustAdvanceBefore(command)) this.#advanceOnce(worker, command.arrivedUs);
    worker.submit(command);
  }

  #advanceOnce(worker: SimulatedWorker, horizonUs: number): void {
    const batch = this.#spareBatches.pop() ?? new EventBatch(worker.id);
    if (worker.advance(this.#nowUs, horizonUs, batch)) this.#events.push(batch);
    else this.#spareBatches.push(batch);
  }

  #guard(id: WorkerId, act: (worker: SimulatedWorker) => void): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    try {
      act(worker);
    } catch (error) {
      this.#workers.delete(id);
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#events.push({ kind: 'crashed', worker: id, message });
    }
  }
}

/** Does not return. */
function commitFault(fault: Fault): void {
  if (fault === 'throw') throw new Error('this worker was told to fail');
  const hog: unknown[] = [];
  for (;;) {
    if (fault === 'out-of-memory') hog.push(new Array(1 << 16).fill(hog.length));
    assert(hog.length < 1 << 24, 'the thread runs out of memory before this');
  }
}

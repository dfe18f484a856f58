import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { decodeCommands, encodeEvents } from '../../shared/codec.ts';
import type { WorkerEvent } from '../../shared/protocol.ts';
import { monotonicClock } from './clock.ts';
import { HostedWorkers } from './hosted-workers.ts';
import { ThreadSignals } from './thread-signals.ts';

/** What a thread is given: its end of a port, the counters it shares, and the common clock. */
export interface ThreadTask {
  readonly port: MessagePort;
  /** The buffer of the `ThreadSignals`. */
  readonly signals: SharedArrayBuffer;
  readonly clockOrigin: bigint;
  /** Tokens that fall due within this time after a message was sent share the next one. */
  readonly tickUs: number;
  /** The longest time without a beat, even when there is nothing to do. */
  readonly beatMs: number;
}

/**
 * The Piscina entry: one task that runs for as long as the thread lives. It never returns to the
 * thread's event loop, whose timers are too coarse for gaps of a millisecond: it sleeps on the
 * shared counter, which wakes it at the earliest due time or when a sender has bumped it.
 */
export default function workerThread(task: ThreadTask): void {
  const { port, tickUs, beatMs } = task;
  const clock = monotonicClock(task.clockOrigin);
  const signals = new ThreadSignals(task.signals);
  const workers = new HostedWorkers();
  let sentUs = 0;

  const send = (events: readonly WorkerEvent[]): void => {
    const bytes = encodeEvents(events);
    port.postMessage(bytes, [bytes.buffer]);
    sentUs = clock();
  };

  send([{ kind: 'hello' }]);
  for (;;) {
    signals.beat();
    const wakes = signals.wakes;
    for (
      let got = receiveMessageOnPort(port);
      got !== undefined;
      got = receiveMessageOnPort(port)
    ) {
      const nowUs = clock();
      for (const command of decodeCommands(got.message)) workers.handle(command, nowUs);
      signals.took(got.message.byteLength);
    }
    workers.advance(clock());
    if (workers.events.length > 0) {
      send(workers.events);
      workers.recycle();
    }
    if (workers.isDrained) return;
    const wakeUs = Math.max(workers.nextWakeUs(), sentUs + tickUs);
    const waitMs = Math.min((wakeUs - clock()) / 1000, beatMs);
    if (waitMs > 0) signals.sleep(wakes, waitMs);
  }
}

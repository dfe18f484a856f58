import { type MessagePort, receiveMessageOnPort, threadId } from 'node:worker_threads';
import { decodeCommands, encodeEvents } from '../../shared/codec.ts';
import type { WorkerEvent } from '../../shared/protocol.ts';
import { Actor } from './actor.ts';
import { monotonicClock } from './clock.ts';

/** What a thread is given: its end of a port, a counter that senders bump, and the common clock. */
export interface ActorTask {
  readonly port: MessagePort;
  readonly wake: SharedArrayBuffer;
  readonly clockOrigin: bigint;
  /** Tokens that fall due within this time after a message was sent share the next one. */
  readonly tickUs: number;
}

/**
 * The Piscina entry: one task that runs for as long as the thread lives. It never returns to the
 * thread's event loop, whose timers are too coarse for gaps of a millisecond: it sleeps on the
 * shared counter, which wakes it at the earliest due time or when a sender has bumped it.
 */
export default function actorThread(task: ActorTask): void {
  const { port, tickUs } = task;
  const clock = monotonicClock(task.clockOrigin);
  const wake = new Int32Array(task.wake);
  const actor = new Actor();
  let sentUs = 0;

  const send = (events: readonly WorkerEvent[]): void => {
    const bytes = encodeEvents(events);
    port.postMessage(bytes, [bytes.buffer]);
    sentUs = clock();
  };

  send([{ kind: 'hello', threadId }]);
  for (;;) {
    const seen = Atomics.load(wake, 0);
    for (
      let got = receiveMessageOnPort(port);
      got !== undefined;
      got = receiveMessageOnPort(port)
    ) {
      const nowUs = clock();
      for (const command of decodeCommands(got.message)) actor.handle(command, nowUs);
    }
    actor.advance(clock());
    if (actor.events.length > 0) {
      send(actor.events);
      actor.recycle();
    }
    if (actor.isDrained) return;
    const wakeUs = Math.max(actor.nextWakeUs(), sentUs + tickUs);
    if (wakeUs === Number.POSITIVE_INFINITY) Atomics.wait(wake, 0, seen);
    else {
      const waitUs = wakeUs - clock();
      if (waitUs > 0) Atomics.wait(wake, 0, seen, waitUs / 1000);
    }
  }
}

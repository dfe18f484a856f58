/**
 * Loaded into a measured server with `--import`. Asked over the IPC channel, it says how long the
 * event loop was held at most since it was asked last. Seen from inside, a hold is what it is; a
 * client that pings would measure its own lateness, and that of a busy machine, with it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => {
    process.send({ longestHoldMs: delay.max / 1e6 });
    delay.reset();
  });
  // The channel alone must not keep the server alive.
  process.channel.unref();
}

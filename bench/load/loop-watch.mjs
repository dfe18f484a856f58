/**
 * Loaded into a measured server with `--import`. Told so over the IPC channel, it looks at each
 * turn of the event loop, and says how long the longest took. Seen from inside, a hold is what it
 * is; a client that pings would measure its own lateness with it. On Linux a turn counts with the
 * CPU time of its thread where that is less than the time on the clock, since other programs that
 * have the core are no fault of the server. That time moves in ticks, mostly of 4 ms.
 */
import { openSync, readSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send !== undefined) {
  let watches = false;
  let longestMs = 0;
  let atMs = 0;
  let atRanMs = 0;

  /** Of the main thread: nanoseconds on a core, in wait for one, and slices. */
  const schedule = process.platform === 'linux' ? openSync('/proc/self/schedstat') : undefined;
  const line = Buffer.alloc(80);

  const ranMs = () => {
    if (schedule === undefined) return performance.now();
    const length = readSync(schedule, line, 0, line.length, 0);
    return Number(line.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  };

  const turn = () => {
    const nowMs = performance.now();
    const nowRanMs = ranMs();
    longestMs = Math.max(longestMs, Math.min(nowMs - atMs, nowRanMs - atRanMs));
    atMs = nowMs;
    atRanMs = nowRanMs;
    if (watches) setImmediate(turn);
  };

  process.on('message', (message) => {
    watches = message === 'watch';
    if (watches) {
      longestMs = 0;
      atMs = performance.now();
      atRanMs = ranMs();
      setImmediate(turn);
    }
    process.send({ longestHoldMs: longestMs });
  });
  // The channel alone must not keep the server alive.
  process.channel.unref();
}

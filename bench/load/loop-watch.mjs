/**
 * Loaded into a measured server with `--import`. Told so over the IPC channel, it looks at each
 * turn of the event loop, and says how long the longest took. Seen from inside, a hold is what it
 * is; a client that pings would measure its own lateness with it. A turn counts with its CPU time
 * (of the whole process) where that is less than the time on the clock: other programs then had the
 * core.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send !== undefined) {
  let watches = false;
  let longestMs = 0;
  let atMs = 0;
  let cpuMs = 0;

  const usedMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };

  const turn = () => {
    const nowMs = performance.now();
    const nowCpuMs = usedMs();
    longestMs = Math.max(longestMs, Math.min(nowMs - atMs, nowCpuMs - cpuMs));
    atMs = nowMs;
    cpuMs = nowCpuMs;
    if (watches) setImmediate(turn);
  };

  process.on('message', (message) => {
    watches = message === 'watch';
    if (watches) {
      longestMs = 0;
      atMs = performance.now();
      cpuMs = usedMs();
      setImmediate(turn);
    }
    process.send({ longestHoldMs: longestMs });
  });
  // The channel alone must not keep the server alive.
  process.channel.unref();
}

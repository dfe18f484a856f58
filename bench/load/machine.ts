import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** What a figure depends on besides the program, in one line. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return [
    cpu?.model ?? 'unknown CPU',
    `${cpus().length} cores`,
    `${memoryGib} GiB`,
    `${type()} ${release()}`,
    `Node ${process.version}`,
    `load average ${load} at the start`,
  ].join(', ');
}

import { counter, type Family, gauge } from './family.ts';
import { fixed, UNLABELLED } from './label-sets.ts';

/**
 * The usual series of a Node.js process. prom-client's own collectors read /proc and every heap
 * space at each scrape, which holds the event loop up for milliseconds, and in between keep a
 * histogram of the event loop and an observer of the garbage collector busy.
 */
export function processFamilies(): Family[] {
  const cpu = oncePerPage(() => process.cpuUsage());
  const memory = oncePerPage(() => process.memoryUsage());
  const startS = Math.floor(Date.now() / 1000 - process.uptime());
  const count = (name: string, help: string, read: (nowUs: number) => number) =>
    counter(name, help, UNLABELLED, (_, nowUs) => read(nowUs));
  const level = (name: string, help: string, read: (nowUs: number) => number) =>
    gauge(name, help, UNLABELLED, (_, nowUs) => read(nowUs));
  return [
    count('process_cpu_user_seconds_total', 'CPU time in user mode, all threads.', (nowUs) => {
      return cpu(nowUs).user / 1e6;
    }),
    count('process_cpu_system_seconds_total', 'CPU time in the kernel, all threads.', (nowUs) => {
      return cpu(nowUs).system / 1e6;
    }),
    count('process_cpu_seconds_total', 'CPU time, all threads.', (nowUs) => {
      return (cpu(nowUs).user + cpu(nowUs).system) / 1e6;
    }),
    level('process_start_time_seconds', 'Start of the process, Unix time.', () => startS),
    level('process_resident_memory_bytes', 'Resident memory, all threads.', (nowUs) => {
      return memory(nowUs).rss;
    }),
    level('nodejs_heap_size_total_bytes', 'Heap of the main thread.', (nowUs) => {
      return memory(nowUs).heapTotal;
    }),
    level('nodejs_heap_size_used_bytes', 'Used heap of the main thread.', (nowUs) => {
      return memory(nowUs).heapUsed;
    }),
    level('nodejs_external_memory_bytes', 'Memory outside of the heap.', (nowUs) => {
      return memory(nowUs).external;
    }),
    gauge(
      'nodejs_version_info',
      'Version of Node.js.',
      fixed({ version: process.version }),
      () => 1,
    ),
  ];
}

/** Reads once for all series of a page. */
function oncePerPage<T>(read: () => T): (nowUs: number) => T {
  let readUs = Number.NEGATIVE_INFINITY;
  let value = read();
  return (nowUs) => {
    if (nowUs !== readUs) value = read();
    readUs = nowUs;
    return value;
  };
}

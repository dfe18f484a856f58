import { type AnyRegistry, SampledCounter, SampledGauge } from './sampled-series.ts';

/**
 * The usual series of a Node.js process. prom-client's own collectors read /proc and every heap
 * space at each scrape, which holds the event loop up for milliseconds, and in between keep a
 * histogram of the event loop and an observer of the garbage collector busy.
 */
export function addProcessSeries(registry: AnyRegistry): void {
  const counter = (name: string, help: string, read: () => number) =>
    new SampledCounter({ registry, name, help }).series({}, read);
  const gauge = (name: string, help: string, read: () => number) =>
    new SampledGauge({ registry, name, help }).series({}, read);

  let cpu = process.cpuUsage();
  counter('process_cpu_user_seconds_total', 'CPU time in user mode, all threads.', () => {
    cpu = process.cpuUsage();
    return cpu.user / 1e6;
  });
  counter('process_cpu_system_seconds_total', 'CPU time in the kernel, all threads.', () => {
    return cpu.system / 1e6;
  });
  counter('process_cpu_seconds_total', 'CPU time, all threads.', () => {
    return (cpu.user + cpu.system) / 1e6;
  });

  const startS = Math.floor(Date.now() / 1000 - process.uptime());
  gauge('process_start_time_seconds', 'Start of the process, Unix time.', () => startS);

  let memory = process.memoryUsage();
  gauge('process_resident_memory_bytes', 'Resident memory, all threads.', () => {
    memory = process.memoryUsage();
    return memory.rss;
  });
  gauge('nodejs_heap_size_total_bytes', 'Heap of the main thread.', () => memory.heapTotal);
  gauge('nodejs_heap_size_used_bytes', 'Used heap of the main thread.', () => memory.heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory outside of the heap.', () => memory.external);
  new SampledGauge({ registry, name: 'nodejs_version_info', help: 'Version of Node.js.' }).series(
    { version: process.version },
    () => 1,
  );
}

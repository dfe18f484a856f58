import { Presets, SingleBar } from 'cli-progress';
import { progressOf } from './progress.ts';

/**
 * Shows how many of `total` requests `done` says are done, where the error output is a terminal,
 * until the function returned is called.
 */
export function showProgress(total: number, done: () => number): () => void {
  if (!process.stderr.isTTY) return () => {};
  const bar = new SingleBar(
    {
      format: '{bar} {percentage} % | {done}/{all} requests | {rate}/s{left}',
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  const startMs = performance.now();
  const update = (): void => {
    bar.update(done(), progressOf(done(), total, performance.now() - startMs));
  };
  bar.start(total, 0, progressOf(0, total, 0));
  const timer = setInterval(update, 100);
  return () => {
    clearInterval(timer);
    update();
    bar.stop();
  };
}

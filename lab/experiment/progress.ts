import { elapsedText } from './elapsed-text.ts';

/** What a line of progress says, besides its bar. */
export interface Progress {
  readonly done: string;
  readonly all: string;
  readonly rate: string;
  /** With a separator before it; empty while nothing is known. */
  readonly left: string;
}

/** The progress of `done` of `total` requests after `elapsedMs`. */
export function progressOf(done: number, total: number, elapsedMs: number): Progress {
  const perMs = elapsedMs > 0 ? done / elapsedMs : 0;
  return {
    done: done.toLocaleString('en'),
    all: total.toLocaleString('en'),
    rate: Math.round(1000 * perMs).toLocaleString('en'),
    left: perMs > 0 ? ` | ${elapsedText((total - done) / perMs / 1000)} left` : '',
  };
}

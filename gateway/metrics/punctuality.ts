import { boundsUs, LATENESS_BOUNDS_S } from './answer-bounds.ts';
import { HistogramRows } from './histogram-rows.ts';
import { Saturation } from './saturation.ts';
import { SlidingWindow } from './sliding-window.ts';

/** How late the process itself is: a simulator that is the bottleneck must say so. */
export class Punctuality {
  readonly latenessUs: SlidingWindow;
  readonly latenessHistogram = new HistogramRows(boundsUs(LATENESS_BOUNDS_S), 1);
  readonly loopLagUs: SlidingWindow;
  readonly loopLagHistogram = new HistogramRows(boundsUs(LATENESS_BOUNDS_S), 1);
  readonly #saturation: Saturation;

  constructor(windowUs: number, startUs: number) {
    this.latenessUs = new SlidingWindow(windowUs, startUs);
    this.loopLagUs = new SlidingWindow(windowUs, startUs);
    this.#saturation = new Saturation(startUs);
  }

  get isSaturated(): boolean {
    return this.#saturation.isSaturated;
  }

  /** `count` tokens were written `lateUs` after they were due. */
  tokensWritten(lateUs: number, count: number, nowUs: number): void {
    this.latenessUs.record(lateUs, nowUs, count);
    this.latenessHistogram.observe(0, lateUs, count);
    this.#saturation.tokensWritten(lateUs, count);
  }

  /** The event loop came `lagUs` late to something that was due. */
  loopTurned(lagUs: number, nowUs: number): void {
    this.loopLagUs.record(lagUs, nowUs);
    this.loopLagHistogram.observe(0, lagUs);
    this.#saturation.loopTurned(lagUs);
    this.#saturation.tick(nowUs);
  }
}

import { LATENESS_BOUNDS_US } from './bounds.ts';
import { Distribution } from './distribution.ts';
import { Saturation } from './saturation.ts';
import { SlidingWindow } from './sliding-window.ts';

/** How late the process itself is: a simulator that is the bottleneck must say so. */
export class Punctuality {
  readonly latenessUs: Distribution;
  readonly loopLagUs: Distribution;
  readonly #saturation: Saturation;

  constructor(windowUs: number, startUs: number) {
    const windowed = () =>
      new Distribution(LATENESS_BOUNDS_US, 1, [new SlidingWindow(windowUs, startUs)]);
    this.latenessUs = windowed();
    this.loopLagUs = windowed();
    this.#saturation = new Saturation(startUs);
  }

  get isSaturated(): boolean {
    return this.#saturation.isSaturated;
  }

  /** `count` tokens were written `lateUs` after they were due. */
  tokensWritten(lateUs: number, count: number, nowUs: number): void {
    this.latenessUs.observe(0, lateUs, nowUs, count);
    this.#saturation.tokensWritten(lateUs, count);
  }

  /** The event loop came `lagUs` late to something that was due. */
  loopTurned(lagUs: number, nowUs: number): void {
    this.loopLagUs.observe(0, lagUs, nowUs);
    this.#saturation.loopTurned(lagUs);
    this.#saturation.tick(nowUs);
  }
}

import { type Interval, percentileInterval } from '../../lab/measure/block-bootstrap.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import type { Figures } from './figures.ts';

/** The figures that policies are judged by. */
export type JudgedFigure = 'goodShare' | 'ttftP90Ms';

/** What `smart` makes of a figure beside another policy. */
export interface Contrast {
  /** `smart` over the other, less 1; 0 where both are 0. */
  readonly difference: number;
  /** What 95 % of the resamples lie in. */
  readonly interval: Interval | null;
  /** 1 where `smart` is better, -1 where it is worse, 0 where that is within noise. */
  readonly sign: 1 | 0 | -1;
}

/** How `smart` does beside the best of the other policies, in one figure of one row. */
export interface Verdict extends Contrast {
  /** The other policy that does best. */
  readonly rival: PolicyName;
  readonly rivalValue: number;
  readonly smartValue: number;
  readonly word: 'best' | 'within noise' | 'behind';
}

/** Shares of the figure of the rival that nobody needs to act on, however sure they are. */
const RESOLUTION = 0.01;

/** More good requests are better, and shorter times. */
const SIGNS: Readonly<Record<JudgedFigure, 1 | -1>> = { goodShare: 1, ttftP90Ms: -1 };

/** Judges `smart`; undefined without it, or without another policy. */
export function judge(
  policies: ReadonlyMap<PolicyName, Figures>,
  figure: JudgedFigure,
): Verdict | undefined {
  const smart = policies.get('smart');
  const sign = SIGNS[figure];
  let best: readonly [PolicyName, Figures] | undefined;
  for (const [policy, figures] of policies) {
    if (policy === 'smart') continue;
    if (best === undefined || sign * figures[figure] > sign * best[1][figure]) {
      best = [policy, figures];
    }
  }
  if (smart === undefined || best === undefined) return undefined;
  const [rival, other] = best;
  const found = contrast(smart, other, figure);
  const isBehind = sign * found.difference < 0;
  return {
    ...found,
    rival,
    rivalValue: other[figure],
    smartValue: smart[figure],
    word: isBehind ? (found.sign < 0 ? 'behind' : 'within noise') : 'best',
  };
}

/** Compares resample by resample: both policies had the same requests in the same windows. */
export function contrast(smart: Figures, other: Figures, figure: JudgedFigure): Contrast {
  const difference = excess(smart[figure], other[figure]);
  const interval = percentileInterval(
    smart.resampled[figure].map((value, at) => excess(value, other.resampled[figure][at] ?? 0)),
  );
  const isSure = interval !== null && (interval.low > 0 || interval.high < 0);
  const isSmall = Math.abs(difference) < RESOLUTION;
  const side = SIGNS[figure] * difference > 0 ? 1 : -1;
  return { difference, interval, sign: isSure && !isSmall ? side : 0 };
}

function excess(value: number, base: number): number {
  return value === base ? 0 : value / base - 1;
}

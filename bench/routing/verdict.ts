import { type Interval, percentileInterval } from '../../lab/measure/block-bootstrap.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import type { Figures } from './figures.ts';

/** The figures that policies are judged by. */
export type JudgedFigure = 'goodShare' | 'ttftP90Ms';

/** How `smart` does beside the best of the other policies, in one figure of one row. */
export interface Verdict {
  /** The other policy that does best. */
  readonly rival: PolicyName;
  readonly rivalValue: number;
  readonly smartValue: number;
  /** `smart` over the rival, less 1; 0 where both are 0. */
  readonly difference: number;
  /** That 95 % of the resamples lie in. */
  readonly interval: Interval | null;
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
  const difference = excess(smart[figure], other[figure]);
  const interval = percentileInterval(
    smart.resampled[figure].map((value, at) => excess(value, other.resampled[figure][at] ?? 0)),
  );
  return {
    rival,
    rivalValue: other[figure],
    smartValue: smart[figure],
    difference,
    interval,
    word: wordOf(sign * difference, interval),
  };
}

/** `advantage` is the difference as it is good for `smart`. */
function wordOf(advantage: number, interval: Interval | null): Verdict['word'] {
  if (advantage >= 0) return 'best';
  const isSure = interval !== null && (interval.low > 0 || interval.high < 0);
  return isSure && advantage <= -RESOLUTION ? 'behind' : 'within noise';
}

function excess(value: number, base: number): number {
  return value === base ? 0 : value / base - 1;
}

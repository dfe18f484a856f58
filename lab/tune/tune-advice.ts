import { isPolicyName } from '../../shared/policy-names.ts';
import { SETTINGS } from '../../shared/settings/settings.ts';
import {
  DEFAULT_WEIGHTS,
  WEIGHT_NAMES,
  WEIGHT_RANGES,
  type Weights,
} from '../experiment/weights.ts';
import type { Comparison } from './tune-comparison.ts';
import { type Candidate, differenceText, type Tuning } from './tune-output.ts';

/** The weights in a sentence. */
const NAMES_IN_TEXT = {
  kvOverlapWeight: 'overlap weight',
  loadBalanceWeight: 'load balance weight',
  routerTemperature: 'temperature',
} as const;

const NO_SHARING =
  'The prompts share nothing, or the trace names no blocks: of the overlap weight nothing can be ' +
  `said, and it was left at its default of ${DEFAULT_WEIGHTS.kvOverlapWeight}.`;

/** What follows from a search, in paragraphs: how it was judged, and what to keep or to change. */
export function tuneAdvice(tuning: Tuning): string[] {
  const { best, comparisons, hasSharing } = tuning;
  const base = comparisons.find(({ against }) => against === 'default');
  const policies = comparisons.filter((each) => each !== base);
  const isBetter = base?.verdict === 'better';
  return [
    judgedText(tuning),
    ...(hasSharing ? [] : [NO_SHARING]),
    ...(base === undefined ? [] : [defaultText(base, best)]),
    ...policiesText(policies),
    ...(isBetter ? rangeEndTexts(best.weights) : []),
  ];
}

/**
 * Settings of `fakeai serve`, a line each, where something is to be changed. `policyModule` is the
 * file of the policy that is the user's own.
 */
export function settingLines(
  { best, comparisons, hasSharing }: Tuning,
  policyModule = '',
): string[] {
  const [better] = comparisons
    .filter(({ against, verdict }) => against !== 'default' && verdict === 'worse')
    .toSorted((a, b) => a.difference.goodShare - b.difference.goodShare);
  if (better !== undefined) {
    const { against } = better;
    return linesOf(
      new Map([isPolicyName(against) ? ['routerPolicy', against] : ['policyModule', policyModule]]),
    );
  }
  const isBetter = comparisons.some(
    ({ against, verdict }) => against === 'default' && verdict === 'better',
  );
  if (!isBetter) return [];
  const weights = WEIGHT_NAMES.filter((name) => hasSharing || name !== 'kvOverlapWeight');
  return linesOf(
    new Map<string, string | number>([
      ['routerPolicy', 'smart'],
      ...weights.map((name) => [name, best.weights[name]] as const),
    ]),
  );
}

function judgedText({ candidates, comparisons }: Tuning): string {
  const policies = comparisons.filter(({ against }) => against !== 'default');
  const all = [...candidates, ...policies];
  const replays = all.reduce((sum, { cells }) => sum + cells.length, 0);
  return (
    `${replays} replays of ${candidates.length} weights and ${policies.length} other policies. The ` +
    'weights were chosen by every other stretch of the trace. Of the stretches between, which the ' +
    'choice has not seen, are judged %, judged TTFT (mean), and what the chosen have over others: ' +
    'points of good requests and percent of TTFT, ± half of the 95 % interval. All else is of the ' +
    'whole trace.'
  );
}

function defaultText(base: Comparison, best: Candidate): string {
  if (base.cells === best.cells)
    return 'None of the weights does better than the default: keep it.';
  const found = `(${differenceText(base.difference)})`;
  switch (base.verdict) {
    case 'better':
      return `The chosen weights do better than the default ${found}.`;
    case 'worse':
      return `Judged, the chosen weights do worse than the default ${found}: keep the default.`;
    default:
      return (
        'No difference between the chosen weights and the default within the spread ' +
        `${found}: keep the default.`
      );
  }
}

function policiesText(policies: readonly Comparison[]): string[] {
  const namesOf = (verdict: Comparison['verdict']): string =>
    policies
      .filter((each) => each.verdict === verdict)
      .map(({ against }) => against)
      .join(', ');
  const [better, alike, worse] = (['better', 'no difference', 'worse'] as const).map(namesOf);
  return [
    ...(worse === '' ? [] : [`With the chosen weights smart does worse than ${worse}.`]),
    ...(alike === '' ? [] : [`Within the spread it does no differently from ${alike}.`]),
    ...(better === '' ? [] : [`It does better than ${better}.`]),
  ];
}

/** A sentence for each weight that could be better still, were it not at an end of its range. */
function rangeEndTexts(weights: Weights): string[] {
  return WEIGHT_NAMES.filter((name) => isAtEnd(name, weights[name])).map(
    (name) =>
      `The best ${NAMES_IN_TEXT[name]} is at the end of what serve accepts (${weights[name]}).`,
  );
}

/** A default that lies at an end, such as a temperature of 0, is none that anyone ran into. */
function isAtEnd(name: keyof Weights, value: number): boolean {
  const { min, max } = WEIGHT_RANGES[name];
  return value !== DEFAULT_WEIGHTS[name] && (value === min || value === max);
}

function linesOf(values: ReadonlyMap<string, string | number>): string[] {
  return SETTINGS.filter(({ name }) => values.has(name)).map(
    ({ name, env }) => `${env}=${values.get(name)}`,
  );
}

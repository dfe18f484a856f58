import { arrivalsText } from '../experiment/axes.ts';
import { settingColumns } from '../experiment/cell-groups.ts';
import type { CapacityOptions } from '../experiment/lab-options.ts';
import type { LabTrace } from '../experiment/lab-trace.ts';
import { meanOf } from '../experiment/mean.ts';
import {
  boundLabel,
  brokenBounds,
  judgesRequests,
  type LabServiceLevel,
  ownBounds,
  percentileOf,
} from '../experiment/service-level.ts';
import type { ReplayResult } from '../measure/replay-result.ts';
import { durationText, percentText, roundDurationText } from '../report/figure-text.ts';
import type { CapacityTrial } from './capacity-trial.ts';

/**
 * Why no rate was low enough, a paragraph for each setting where that is so, and what may help.
 * None where every search has found a rate.
 */
export function noCapacityReasons(
  trials: readonly CapacityTrial[],
  { slo, share }: Pick<CapacityOptions, 'slo' | 'share'>,
  trace: LabTrace,
): string[] {
  const columns = settingColumns(trials.map((trial) => [trial]));
  const reasons = trials.flatMap((trial) => {
    const [first] = trial.closest ?? [];
    if (trial.best !== undefined || first === undefined) return [];
    const setting = columns
      .map(({ title, cell }, at) => (at === 0 ? cell([trial]) : `${title} ${cell([trial])}`))
      .join(', ');
    const rates = trial.probes.map(({ qps }) => qps);
    const tried = `${Math.min(...rates)}/s to ${Math.max(...rates)}/s`;
    const results = (trial.closest ?? []).map(({ result }) => result);
    return (
      `${setting}: at any rate (tried: ${tried}, best at ${arrivalsText(first.settings.arrivals)}) ` +
      `${missesText(results, slo, share)}.`
    );
  });
  return reasons.length === 0 ? [] : [...reasons, adviceText(trace)];
}

/** What replays that failed have missed, and by how much: means over them, of bounds the worst. */
function missesText(results: readonly ReplayResult[], slo: LabServiceLevel, share: number): string {
  const broken = new Set(results.flatMap((result) => brokenBounds(slo, result)));
  const parts = [...broken].map((bound) => {
    const found = results.flatMap((result) => percentileOf(bound, result) ?? []);
    const text = found.length === 0 ? 'not there' : durationText(Math.max(...found));
    return `${boundLabel(bound)} is ${text} where ${roundDurationText(bound.us / 1000)} are asked`;
  });
  const mean = (shareOf: (result: ReplayResult) => number): number => meanOf(results.map(shareOf));
  const goodShare = mean((result) => result.goodShare);
  if (!judgesRequests(slo) || goodShare >= share / 100) return parts.join('; ');
  const misses: [number, string][] = ownBounds(slo).map(([name, us]) => [
    mean(({ missed, requests }) => missed[name] / requests.in),
    `miss ${boundLabel({ latency: name })} ${roundDurationText(us / 1000)}`,
  ]);
  misses.push([mean(({ requests }) => requests.rejected / requests.in), 'are rejected']);
  const missed = misses
    .filter(([missing]) => missing > 0)
    .map(([missing, text]) => `${percentText(missing)} ${text}`);
  const good = `at most ${percentText(goodShare)} of the requests are good, ${share} % are asked`;
  return [`${good}: ${missed.join(', ')}`, ...parts].join('; ');
}

function adviceText({ quantum }: LabTrace): string {
  if (quantum !== undefined && !quantum.isSpread) {
    return (
      `Requests arrive ${Math.round(quantum.perMoment)} at a time and wait for each other at any ` +
      'rate; --spread spreads them. Else give a faster --profile, more --workers or a looser --slo.'
    );
  }
  return (
    'At such a rate hardly anything else runs: these requests take too long by themselves. Give a ' +
    'faster --profile or a looser --slo.'
  );
}

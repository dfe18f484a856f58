import type { ReplayResult } from '../../engine/replay/replay-result.ts';
import {
  durationText,
  percentText,
  roundDurationText,
} from '../../engine/replay/report/figure-text.ts';
import type { CapacityTrial } from './capacity-trial.ts';
import { arrivalsText, groupBySetting, settingColumns } from './cell-groups.ts';
import type { CapacityOptions } from './lab-options.ts';
import type { LabTrace } from './lab-trace.ts';
import {
  boundLabel,
  brokenBounds,
  judgesRequests,
  type LabServiceLevel,
  ownBounds,
  percentileOf,
} from './service-level.ts';

/**
 * Why no rate was low enough, a paragraph for each setting where that is so, and what may help.
 * None where every search has found a rate.
 */
export function noCapacityReasons(
  trials: readonly CapacityTrial[],
  { slo, share }: Pick<CapacityOptions, 'slo' | 'share'>,
  trace: LabTrace,
): string[] {
  const groups = groupBySetting(trials);
  const columns = settingColumns(groups);
  const reasons = groups.flatMap((group) => {
    const [failed] = group.filter(({ best }) => best === undefined);
    if (failed?.closest === undefined) return [];
    const setting = columns
      .map(({ title, cell }, at) => (at === 0 ? cell(group) : `${title} ${cell(group)}`))
      .join(', ');
    const { result, settings } = failed.closest;
    const rates = failed.probes.map(({ qps }) => qps);
    const tried = `${Math.min(...rates)}/s to ${Math.max(...rates)}/s`;
    return (
      `${setting}: at any rate (tried: ${tried}, best at ${arrivalsText(settings.arrivals)}) ` +
      `${missesText(result, slo, share)}.`
    );
  });
  return reasons.length === 0 ? [] : [...reasons, adviceText(trace)];
}

/** What a replay that failed has missed, and by how much. */
function missesText(result: ReplayResult, slo: LabServiceLevel, share: number): string {
  const { requests, missed, goodShare } = result;
  const parts = brokenBounds(slo, result).map((bound) => {
    const ms = percentileOf(bound, result);
    const found = ms === null ? 'not there' : durationText(ms);
    return `${boundLabel(bound)} is ${found} where ${roundDurationText(bound.us / 1000)} are asked`;
  });
  if (!judgesRequests(slo) || goodShare >= share / 100) return parts.join('; ');
  const misses = ownBounds(slo)
    .filter(([name]) => missed[name] > 0)
    .map(
      ([name, us]) =>
        `${percentText(missed[name] / requests.in)} miss ${boundLabel({ latency: name })} ` +
        roundDurationText(us / 1000),
    );
  if (requests.rejected > 0)
    misses.push(`${percentText(requests.rejected / requests.in)} are rejected`);
  const good = `at most ${percentText(goodShare)} of the requests are good, ${share} % are asked`;
  return [`${good}: ${misses.join(', ')}`, ...parts].join('; ');
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

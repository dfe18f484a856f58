import type { ApiError } from '../../../shared/errors.ts';
import type { WorkerId } from '../../../shared/ids.ts';
import { hashText } from '../../../shared/rng.ts';
import type { Generator } from '../../generate/generator.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { CommonBody } from './common-fields.ts';
import type { UsageMode } from './usage.ts';

/** What fields mean that several endpoints have in common. */

/** Usage in every chunk needs both options, as in vLLM. */
export function usageModeOf(options: CommonBody['stream_options']): UsageMode {
  if (!options?.include_usage) return 'none';
  return options.continuous_usage_stats ? 'continuous' : 'final';
}

const NO_STOP: readonly string[] = [];

export function stopsOf(stop: CommonBody['stop']): readonly string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? NO_STOP);
}

/** The worker that head or body name, or an error if there is none such; undefined for any. */
export function pinnedOf(
  head: RoutingHead,
  worker: number | undefined,
  generator: Generator,
): WorkerId | ApiError | undefined {
  const named = head.pinned || worker;
  return named === undefined ? undefined : generator.workerOf(String(named));
}

/** The session that a request belongs to, where somebody wants to know it. */
export function sessionKeyOf(
  head: RoutingHead,
  body: { readonly promptCacheKey: string | undefined; readonly user: string | undefined },
  generator: Generator,
): number | undefined {
  if (!generator.readsSession) return undefined;
  const said = head.session || body.promptCacheKey || body.user || '';
  return said === '' ? undefined : hashText(said);
}

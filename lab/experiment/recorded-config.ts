import { createHash } from 'node:crypto';
import { policyParameters } from '../../engine/router/policies/create-policy.ts';
import type { PolicySource } from '../../engine/router/policy-source.ts';
import { isPolicyName } from '../../shared/policy-names.ts';
import type { TraceSpec } from '../simulate/replay-config.ts';
import { resolveWorkload } from '../workloads/workloads.ts';
import { type CellSettings, replayConfig } from './lab-cell.ts';
import type { LabOptions } from './lab-options.ts';
import type { LabTrace } from './lab-trace.ts';

/**
 * Every coefficient that enters the replay of a cell: its `ReplayConfig`, which gives the same
 * result again, and the constants of its policy. In JSON what is infinite is null. The requests of
 * a file are named by its hash; those of a generator by all of its parameters and the seed, and by
 * the hash of these.
 */
export function recordedConfig(cell: CellSettings, options: LabOptions, trace: LabTrace): object {
  const config = replayConfig(cell, options, trace);
  const { policy } = cell;
  return {
    ...config,
    router: { ...config.router, policy },
    policyModule: config.policyModule && recordedModule(config.policyModule),
    trace: recordedTrace(config.trace, trace),
    policyParameters: isPolicyName(policy) ? policyParameters(policy) : {},
  };
}

/** Names the file, and says what was in it. */
export function recordedModule({ file, sha256 }: PolicySource): object {
  return { file, sha256 };
}

function recordedTrace(spec: TraceSpec, { description }: LabTrace): object {
  if (spec.kind === 'table') return { kind: 'file', ...description };
  const { workload, seed } = spec.spec;
  const whole = { workload, parameters: resolveWorkload(spec.spec), seed };
  const sha256 = createHash('sha256').update(JSON.stringify(whole)).digest('hex');
  return { kind: spec.kind, sha256, spec: whole };
}

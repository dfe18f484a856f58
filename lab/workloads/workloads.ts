import { ArrangedSource } from '../traces/arranged-source.ts';
import type { TraceSource } from '../traces/trace-source.ts';
import { conversationParameters, conversationWorkload } from './conversation.ts';
import { LengthsWorkload, lengthsParameters } from './lengths.ts';
import {
  type Parameter,
  type ParameterTable,
  type ParameterValues,
  resolveParameters,
  WorkloadError,
} from './parameters.ts';
import { agenticParameters, multiTurnParameters, SessionWorkload } from './sessions.ts';
import {
  SharedPrefixWorkload,
  sharedPrefixParameters,
  sharedPrefixPresets,
} from './shared-prefix.ts';

/** A built-in workload, to be listed and made. */
export interface Workload {
  readonly summary: string;
  readonly parameters: ParameterTable;
  /** Named sets of parameters. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The requests: the same ones for the same seed and overrides. Throws `WorkloadError`. */
  create(overrides: Readonly<Record<string, number>>, seed: number): TraceSource;
}

/** Which workload, plain enough to be posted to a thread and echoed in a report. */
export interface WorkloadSpec {
  /** A name of `workloads`, or `name:preset`. */
  readonly workload: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** All workloads by name. The first is the default. */
export const workloads: ReadonlyMap<string, Workload> = new Map([
  [
    'conversation',
    define(
      "like Mooncake's conversation trace: long prompts, sessions, arrivals in batches",
      conversationParameters,
      {},
      conversationWorkload,
    ),
  ],
  [
    'shared-prefix',
    define(
      'groups of prompts that start alike',
      sharedPrefixParameters,
      sharedPrefixPresets,
      (values, seed) => new SharedPrefixWorkload(values, seed),
    ),
  ],
  [
    'multi-turn',
    define(
      'chats whose next turn, after a think time, contains the last answer',
      multiTurnParameters,
      {},
      (values, seed) => new SessionWorkload(values, seed),
    ),
  ],
  [
    'agentic',
    define(
      'agents that loop over tool calls: long shared instructions, many short waits',
      agenticParameters,
      {},
      (values, seed) => new SessionWorkload(values, seed),
    ),
  ],
  [
    'lengths',
    define(
      'prompts that share nothing',
      lengthsParameters,
      {},
      (values, seed) => new LengthsWorkload(values, seed),
    ),
  ],
]);

/** Makes the requests of a workload. Throws `WorkloadError` if the spec is wrong. */
export function createWorkload(spec: WorkloadSpec): TraceSource {
  const { workload, overrides } = findWorkload(spec);
  return workload.create(overrides, spec.seed);
}

/** Every parameter of the workload with its value, for the record. Throws `WorkloadError`. */
export function resolveWorkload(spec: WorkloadSpec): Readonly<Record<string, number>> {
  const { workload, overrides } = findWorkload(spec);
  return resolveParameters(workload.parameters, overrides);
}

function findWorkload(spec: WorkloadSpec) {
  const [name = '', preset] = spec.workload.split(':', 2);
  const workload = workloads.get(name);
  if (workload === undefined) {
    throw new WorkloadError(`no workload ${name}; there are ${[...workloads.keys()].join(', ')}`);
  }
  if (preset === undefined) return { workload, overrides: spec.parameters };
  if (!Object.hasOwn(workload.presets, preset)) {
    const known = Object.keys(workload.presets).join(', ') || 'none';
    throw new WorkloadError(`no preset ${preset} of ${name}; there are ${known}`);
  }
  return { workload, overrides: { ...workload.presets[preset], ...spec.parameters } };
}

function define<Table extends ParameterTable & { readonly requests: Parameter }>(
  summary: string,
  parameters: Table,
  presets: Workload['presets'],
  make: (values: ParameterValues<Table>, seed: number) => TraceSource,
): Workload {
  return {
    summary,
    parameters,
    presets,
    create: (overrides, seed) => {
      const values = resolveParameters(parameters, overrides);
      return new ArrangedSource(make(values, seed), { limit: values.requests });
    },
  };
}

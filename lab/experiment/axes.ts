import { isPolicyName } from '../../shared/policy-names.ts';
import { DEFAULT_PROFILE, KV_TOKENS, ROUTER, WORKER } from '../simulate/build-config.ts';
import { type AnyAxis, type Axis, axis } from './axis.ts';
import type { Arrivals } from './lab-trace.ts';
import { engines, integersIn, numbersIn, policies, profiles } from './option-values.ts';

/**
 * Every setting that a grid sweeps, by its name in the results; in the order of columns. Flags,
 * grid, configuration, tables, documents and reports walk the rows. The seed is none: replays that
 * differ in nothing else are samples of one setting, with one line of a table for their mean; and
 * it says which requests there are, so that its default depends on where they come from.
 */
const AXES = {
  policy: axis<'policies', string>({
    option: {
      key: 'policies',
      group: 'Router:',
      unit: 'list',
      help: 'routing policies, or all',
      parse: policies,
    },
    level: 'router',
    title: 'policy',
    change: (policy, { ownPolicy }) =>
      isPolicyName(policy) ? { router: { policy } } : { policyModule: ownPolicy },
  }),
  workers: axis({
    option: {
      key: 'workers',
      group: 'Workers:',
      unit: 'count',
      help: 'simulated workers',
      parse: integersIn({ min: 1, max: 256 }),
      fallback: String(ROUTER.workers),
    },
    level: 'fleet',
    title: 'workers',
    variant: (workers) => `${workers} workers`,
    change: (workers) => ({ router: { workers } }),
  }),
  arrivals: axis<never, Arrivals>({ level: 'arrivals', title: 'rate', text: arrivalsText }),
  engine: axis({
    option: {
      key: 'engine',
      group: 'Workers:',
      unit: 'name',
      help: 'batched: steps as in vLLM; paced: each sequence alone',
      parse: engines,
      fallback: WORKER.scheduler,
    },
    level: 'fleet',
    title: 'engine',
    variant: String,
    change: (scheduler) => ({ worker: { scheduler } }),
  }),
  profile: axis({
    option: {
      key: 'profile',
      group: 'Workers:',
      unit: 'name',
      help:
        'latency: a named profile, linear:OVERHEAD_MS:US_PER_TOKEN:ITL_MS[:LOAD_FACTOR], ' +
        'constant:TTFT_MS:ITL_MS or polynomial:A:B:C:D:E:F',
      parse: profiles,
      fallback: DEFAULT_PROFILE,
    },
    level: 'fleet',
    title: 'profile',
    text: ({ name }) => name,
    variant: ({ name }) => name,
    change: ({ latency }) => ({ worker: { latency } }),
  }),
  blockSize: axis({
    option: {
      key: 'blockSize',
      group: 'Workers:',
      unit: 'tokens',
      help: `tokens per KV block (default: those of the trace; 128 where it has none)`,
      parse: integersIn({ min: 1, max: 65_536 }),
    },
    level: 'fleet',
    title: 'block',
    variant: (blockSize) => `${blockSize} tokens a block`,
    derived: (blockTokens) => blockTokens,
    change: (blockSize) => ({ blockSize }),
  }),
  kvBlocks: axis({
    option: {
      key: 'kvBlocks',
      group: 'Workers:',
      unit: 'blocks',
      help: `KV blocks of each worker (default: for ${KV_TOKENS.toLocaleString('en')} tokens)`,
      parse: integersIn({ min: 1, max: 1 << 24 }),
    },
    level: 'fleet',
    title: 'KV blocks',
    variant: (kvBlocks) => `${kvBlocks} KV blocks`,
    derived: (blockTokens) => Math.ceil(KV_TOKENS / blockTokens),
    change: (numBlocks) => ({ worker: { numBlocks } }),
  }),
  maxNumSeqs: axis({
    option: {
      key: 'maxNumSeqs',
      group: 'Workers:',
      unit: 'sequences',
      help: 'sequences that run at once on a worker',
      parse: integersIn({ min: 1, max: 65_536 }),
      fallback: String(WORKER.maxNumSeqs),
    },
    level: 'fleet',
    title: 'seqs',
    variant: (maxNumSeqs) => `${maxNumSeqs} sequences`,
    change: (maxNumSeqs) => ({ worker: { maxNumSeqs } }),
  }),
  maxNumBatchedTokens: axis({
    option: {
      key: 'maxNumBatchedTokens',
      group: 'Workers:',
      unit: 'tokens',
      help: 'tokens in one step of a worker',
      parse: integersIn({ min: 16, max: 1e6 }),
      fallback: String(WORKER.maxNumBatchedTokens),
    },
    level: 'fleet',
    title: 'batch',
    variant: (tokens) => `${tokens} tokens a step`,
    change: (maxNumBatchedTokens) => ({ worker: { maxNumBatchedTokens } }),
  }),
  maxWaiting: axis({
    option: {
      key: 'maxWaiting',
      group: 'Workers:',
      unit: 'requests',
      help: 'requests that may wait at a worker; more are rejected',
      parse: integersIn({ min: 0, max: 1e9 }),
      fallback: String(WORKER.maxWaiting),
    },
    level: 'fleet',
    title: 'queue',
    variant: (maxWaiting) => `queue of ${maxWaiting}`,
    change: (maxWaiting) => ({ worker: { maxWaiting } }),
  }),
  kvOverlapWeight: axis({
    option: {
      key: 'kvOverlapWeight',
      group: 'Router:',
      unit: 'list',
      help: 'weight of prompt blocks to be computed',
      parse: (text, { weights }) => numbersIn(weights.kvOverlapWeight)(text),
      fallback: String(ROUTER.overlapWeight),
    },
    level: 'router',
    title: 'overlap w.',
    variant: (weight) => `overlap ${weight}`,
    change: (overlapWeight) => ({ router: { overlapWeight } }),
  }),
  loadBalanceWeight: axis({
    option: {
      key: 'loadBalanceWeight',
      group: 'Router:',
      unit: 'list',
      help: 'weight of active requests',
      parse: (text, { weights }) => numbersIn(weights.loadBalanceWeight)(text),
      fallback: String(ROUTER.loadBalanceWeight),
    },
    level: 'router',
    title: 'load w.',
    variant: (weight) => `load ${weight}`,
    change: (loadBalanceWeight) => ({ router: { loadBalanceWeight } }),
  }),
  routerTemperature: axis({
    option: {
      key: 'routerTemperature',
      group: 'Router:',
      unit: 'list',
      help: 'above 0, smart samples a softmax over the costs',
      parse: (text, { weights }) => numbersIn(weights.routerTemperature)(text),
      fallback: String(ROUTER.temperature),
    },
    level: 'router',
    title: 'temp.',
    variant: (temperature) => `temperature ${temperature}`,
    change: (temperature) => ({ router: { temperature } }),
  }),
  stalenessMs: axis({
    option: {
      key: 'staleness',
      group: 'Router:',
      unit: 'ms',
      help: 'milliseconds by which KV events and load reports reach the router late',
      parse: numbersIn({ min: 0, max: 1e6 }),
      fallback: '0',
    },
    level: 'fleet',
    title: 'stale ms',
    variant: (stalenessMs) => `${stalenessMs} ms stale`,
    change: (stalenessMs) => ({ stalenessUs: stalenessMs * 1000 }),
  }),
  remoteFetchGBps: axis({
    option: {
      key: 'remoteFetch',
      group: 'Workers:',
      unit: 'GB/s',
      help:
        "pull a missing prefix from another worker's cache at this bandwidth, in GB/s, when that " +
        'is faster than computing it; 0 is off',
      parse: numbersIn({ min: 0, max: 1e6 }),
      fallback: '0',
    },
    level: 'fleet',
    title: 'fetch GB/s',
    variant: (gigabytes) => `fetch at ${gigabytes} GB/s`,
    change: (gigabytes, { kvBytesPerToken }) =>
      gigabytes === 0
        ? {}
        : {
            remoteFetch: { bytesPerToken: kvBytesPerToken, bytesPerSecond: gigabytes * 1e9 },
          },
  }),
};

type Table = typeof AXES;
export type AxisName = keyof Table;
type ValueOf<Row> = Row extends Axis<infer _Key, infer Value> ? Value : never;
type KeyOf<Row> = Row extends Axis<infer Key, infer _Value> ? Key : never;
type IsDerived = 'blockSize' | 'kvBlocks';

/** A value of every axis. */
export type AxisValues = { readonly [Name in AxisName]: ValueOf<Table[Name]> };

/** The lists of the options, undefined where each value is derived. */
export type AxisLists = {
  readonly [Name in Exclude<AxisName, IsDerived> as KeyOf<Table[Name]>]: readonly ValueOf<
    Table[Name]
  >[];
} & { readonly [Name in IsDerived]?: readonly number[] };

/** The rows with their names, in the order of columns. */
export const AXIS_ROWS: readonly (readonly [AxisName, AnyAxis])[] = Object.entries(AXES).flatMap(
  ([name, row]) => (isAxisName(name) ? [[name, row] as const] : []),
);

function isAxisName(name: string): name is AxisName {
  return name in AXES;
}

/** `25/s`, or `2x` for a speed-up. */
export function arrivalsText({ unit, value }: Arrivals): string {
  return unit === 'qps' ? `${value}/s` : `${value}x`;
}

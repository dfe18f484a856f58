import { InvalidArgumentError, Option } from 'commander';
import { engines, integersIn, numbersIn, profiles } from './option-values.ts';

/** Capacity of a worker's KV cache in tokens, that of Mooncake's nodes in its paper (FAST'25). */
export const KV_TOKENS = 3_000_000;

/** A setting that a grid may sweep: an option that takes a list. */
interface Axis {
  readonly name: string;
  /** What the option is called to take where it takes one value. */
  readonly unit: string;
  readonly help: string;
  readonly parse: (text: string) => readonly unknown[];
  readonly fallback?: string;
}

const STALENESS: Axis = {
  name: 'staleness',
  unit: 'ms',
  help: 'milliseconds by which KV events and load reports reach the router late',
  parse: numbersIn({ min: 0, max: 1e6 }),
  fallback: '0',
};

const WORKER_AXES: readonly Axis[] = [
  {
    name: 'workers',
    unit: 'count',
    help: 'simulated workers',
    parse: integersIn({ min: 1, max: 256 }),
    fallback: '8',
  },
  {
    name: 'engine',
    unit: 'name',
    help: 'batched: steps as in vLLM; paced: each sequence alone',
    parse: engines,
    fallback: 'batched',
  },
  {
    name: 'profile',
    unit: 'name',
    help:
      'latency: a named profile, linear:OVERHEAD_MS:US_PER_TOKEN:ITL_MS[:LOAD_FACTOR], ' +
      'constant:TTFT_MS:ITL_MS or polynomial:A:B:C:D:E:F',
    parse: profiles,
    fallback: 'dynamo-mocker',
  },
  {
    name: 'block-size',
    unit: 'tokens',
    help: 'tokens per KV block (default: those of the trace; 128 where it has none)',
    parse: integersIn({ min: 1, max: 65_536 }),
  },
  {
    name: 'kv-blocks',
    unit: 'blocks',
    help: `KV blocks of each worker (default: for ${KV_TOKENS.toLocaleString('en')} tokens)`,
    parse: integersIn({ min: 1, max: 1 << 24 }),
  },
  {
    name: 'max-num-seqs',
    unit: 'sequences',
    help: 'sequences that run at once on a worker',
    parse: integersIn({ min: 1, max: 65_536 }),
    fallback: '256',
  },
  {
    name: 'max-num-batched-tokens',
    unit: 'tokens',
    help: 'tokens in one step of a worker',
    parse: integersIn({ min: 16, max: 1e6 }),
    fallback: '8192',
  },
  {
    name: 'max-waiting',
    unit: 'requests',
    help: 'requests that may wait at a worker; more are rejected',
    parse: integersIn({ min: 0, max: 1e9 }),
    fallback: '1000000',
  },
  {
    name: 'remote-fetch',
    unit: 'GB/s',
    help:
      "pull a missing prefix from another worker's cache at this bandwidth, in GB/s, when that is " +
      'faster than computing it; 0 is off',
    parse: numbersIn({ min: 0, max: 1e6 }),
    fallback: '0',
  },
];

/** How late the router learns things, as a list or as one value. */
export function stalenessOption(isList: boolean): Option {
  return axisOption(STALENESS, isList);
}

/** What the workers are, each as a list or as one value. */
export function workerAxisOptions(isList: boolean): readonly Option[] {
  return WORKER_AXES.map((axis) => axisOption(axis, isList));
}

/** The value of the option is a list in any case. */
function axisOption({ name, unit, help, parse, fallback }: Axis, isList: boolean): Option {
  const option = new Option(`--${name} <${isList ? 'list' : unit}>`, help).argParser(
    isList ? parse : (text) => oneOf(parse(text)),
  );
  return fallback === undefined ? option : option.default(parse(fallback), fallback);
}

function oneOf(values: readonly unknown[]): readonly unknown[] {
  if (values.length === 1) return values;
  throw new InvalidArgumentError('expected one value: only weights and seeds may be lists here');
}

import { parseArgs } from 'node:util';

export const SCENARIOS = [
  'unary',
  'embeddings',
  'models',
  'stream',
  'truth',
  'memory',
  'start',
  'hostile',
  'gates',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface LoadOptions {
  readonly scenarios: readonly ScenarioName[];
  /** Rounds of each comparison; each measures our server and the bare one. */
  readonly rounds: number;
  /** Time of one measurement. */
  readonly seconds: number;
  /** Keep-alive connections of the unary load. */
  readonly connections: number;
  /** Streams at once. */
  readonly streams: number;
  /** 0: no soak. Otherwise the soak is all that runs. */
  readonly soakMinutes: number;
  /** Only the hostile requests whose name contains this text. */
  readonly filter: string;
  /** Built entry point to measure instead of building this checkout. */
  readonly server: string | undefined;
  readonly jsonFile: string | undefined;
  /** Flags of `fakeai serve` for every server that is measured, after those of the scenario. */
  readonly serveFlags: readonly string[];
}

export const HELP = `npm run bench:load -- [options] [-- flags of fakeai serve]

Measures the built server under load beside a bare uWebSockets.js server in the same run.
All traffic stays on 127.0.0.1.

  --only NAME         one of those below; may be repeated (all)
  --rounds N          alternating rounds of each comparison (5)
  --seconds S         length of one measurement (5)
  --connections N     keep-alive connections of the unary load (64)
  --streams N         streams at once (1000)
  --soak MINUTES      only a full-rate mix of unary and streaming requests, with memory sampled
  --filter TEXT       only the hostile requests whose name contains TEXT
  --server FILE       measure this built entry point instead of building and measuring dist/
  --json FILE         write every figure of every round to this file as well
  --help              show this text

unary   chat completions with no latency: requests/s, CPU time per request
embeddings  the same of embeddings of a text that is remembered
models  the same of the list of models
stream  server-sent events with a token every 5 ms: tokens/s, CPU time per token, punctuality
truth   a token every 20 ms: does the server say that it keeps up, and does it
memory  resident memory when idle, and per open stream
start   time from the command to the first served request
hostile requests made to block the server or to fill its memory: longest hold, peak memory
gates   CPU time of a request with API keys, rate limits and security, over one without

Flags after -- tell what another setting costs: npm run bench:load -- --only unary -- --threads 1

Each figure is the median over the rounds; a ratio is taken within each round. The exit code is 0
if everything could be measured, also where a bar was missed.`;

/** Undefined: the help was asked for. Throws a readable error on a wrong option. */
export function parseOptions(argv: readonly string[]): LoadOptions | undefined {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const { values } = parseArgs({
    args: argv.slice(0, end),
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '64' },
      streams: { type: 'string', default: '1000' },
      soak: { type: 'string', default: '0' },
      filter: { type: 'string', default: '' },
      server: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    scenarios: values.only.length === 0 ? SCENARIOS : values.only.map(scenarioName),
    rounds: wholeNumber('rounds', values.rounds, 1, 100),
    seconds: wholeNumber('seconds', values.seconds, 1, 600),
    connections: wholeNumber('connections', values.connections, 1, 10_000),
    streams: wholeNumber('streams', values.streams, 1, 10_000),
    soakMinutes: wholeNumber('soak', values.soak, 0, 1440),
    filter: values.filter,
    server: values.server,
    jsonFile: values.json,
    serveFlags: argv.slice(end + 1),
  };
}

function scenarioName(text: string): ScenarioName {
  const name = SCENARIOS.find((known) => known === text);
  if (name === undefined) throw new Error(`--only ${text}: the names are ${SCENARIOS.join(', ')}`);
  return name;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} ${text}: must be a whole number from ${min} to ${max}`);
}

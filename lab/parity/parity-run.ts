import { combineSeeds, hashText } from '../../shared/rng.ts';
import { buildConfig } from '../simulate/build-config.ts';
import { openTrace, replay } from '../simulate/replay.ts';
import type { ReplayConfig, ReplayWindow, TraceSpec } from '../simulate/replay-config.ts';
import { readTrace } from '../traces/trace-reader.ts';
import { type LiveRun, OpenLoopClient } from './open-loop-client.ts';
import { liveFigures, type ParityFigures, replayFigures } from './parity-figures.ts';
import type { RecordedServer } from './recorded-server.ts';

/** The requests that are run both ways. */
export interface ParityTraffic {
  readonly trace: TraceSpec;
  /** Speed-up of the arrivals. */
  readonly rate: number;
  /** Ends after this many requests. */
  readonly limit: number;
}

export interface ParityResult {
  readonly live: ParityFigures;
  readonly replayed: ParityFigures;
  readonly liveRun: LiveRun;
  readonly replayMs: number;
}

/** The model that is asked for. No latency profile is named after it. */
const MODEL = 'parity';

/**
 * Sends the requests of a trace over HTTP to a server, which writes them down as it places them,
 * ends it and replays what was written down. So both runs have the same arrivals to the microsecond
 * and the same blocks, and what they differ in is what the real server adds: the way over the wire
 * and between threads, and other draws of the same latencies.
 */
export async function runParity(
  server: RecordedServer,
  { trace, rate, limit }: ParityTraffic,
): Promise<ParityResult> {
  let liveRun: LiveRun;
  let recording: readonly string[];
  try {
    const client = new OpenLoopClient(server.baseUrl, MODEL);
    liveRun = await client.run(openTrace(trace, { ...WHOLE, rate, limit }));
  } finally {
    recording = await server.stop();
  }
  const table = await readTrace(recording);
  const startMs = performance.now();
  const { result } = replay(replayConfig(server, { kind: 'table', table }));
  const { router, worker } = server;
  return {
    live: liveFigures(liveRun, router.workers, worker.blockSize),
    replayed: replayFigures(result),
    liveRun,
    replayMs: performance.now() - startMs,
  };
}

const WHOLE: ReplayWindow = {
  rate: 1,
  limit: Number.POSITIVE_INFINITY,
  warmupRequests: 0,
  prefillOnly: false,
};

const NO_BOUND = Number.POSITIVE_INFINITY;

/** The replay of the recording of a server, by the router and the workers that it has. */
function replayConfig({ router, worker, seed }: RecordedServer, trace: TraceSpec): ReplayConfig {
  const serviceLevel = { ttftUs: NO_BOUND, itlUs: NO_BOUND, e2eUs: NO_BOUND };
  // With this seed request n of the replay has the draws that request n of the server has.
  const replaySeed = combineSeeds(seed, hashText(MODEL));
  const config = buildConfig({ trace, window: WHOLE, serviceLevel }, replaySeed, []);
  return { ...config, router, worker };
}

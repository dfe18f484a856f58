import { Writable } from 'node:stream';
import { pino } from 'pino';
import { routerConfig, workerConfig } from '../../gateway/cluster-config.ts';
import { Gateway } from '../../gateway/gateway.ts';
import { TrafficRecorder } from '../../gateway/traffic-recorder.ts';
import type { SettingSources, Settings } from '../../shared/config.ts';
import { combineSeeds, hashText } from '../../shared/rng.ts';
import { openTrace, replay } from '../simulate/replay.ts';
import type { ReplayConfig, ReplayWindow, TraceSpec } from '../simulate/replay-config.ts';
import { readTrace } from '../traces/trace-reader.ts';
import { type LiveRun, OpenLoopClient } from './open-loop-client.ts';
import { liveFigures, type ParityFigures, replayFigures } from './parity-figures.ts';

/** One set of requests and one set of settings, to be run both ways. */
export interface ParityCase {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly trace: TraceSpec;
  /** Speed-up of the arrivals. */
  readonly rate: number;
  /** Ends after this many requests. */
  readonly limit: number;
}

export interface ParityOutcome {
  readonly live: ParityFigures;
  readonly replayed: ParityFigures;
  readonly liveRun: LiveRun;
  readonly replayMs: number;
}

/** The model that is asked for. No latency profile is named after it. */
const MODEL = 'parity';

/**
 * Serves the requests of a trace over HTTP from a server of this process, which writes them down as
 * it places them, and then replays what was written down. So both runs have the same arrivals to
 * the microsecond and the same blocks, and what they differ in is what the real server adds: the
 * way over the wire and between threads, and other draws of the same latencies.
 */
export async function runParity(parityCase: ParityCase): Promise<ParityOutcome> {
  const { sources, trace, rate, limit } = parityCase;
  const settings = loopbackSettings(parityCase.settings);
  const recording = new TextSink();
  const recorder = new TrafficRecorder(recording, {
    blockSize: settings.kvCacheBlockSize,
    compress: false,
    onFailure: () => {},
  });
  const logger = pino({ level: 'silent' });
  const { gateway, port } = await Gateway.start({
    settings,
    sources,
    version: '0.0.0',
    logger,
    recorder,
  });
  let liveRun: LiveRun;
  try {
    const client = new OpenLoopClient(`http://127.0.0.1:${port}/v1`, MODEL);
    liveRun = await client.run(openTrace(trace, { ...WHOLE, rate, limit }));
  } finally {
    await gateway.stop(0);
    await recorder.close();
  }
  const table = await readTrace(recording.chunks);
  const startMs = performance.now();
  const { result } = replay(replayConfig(settings, sources, { kind: 'table', table }));
  return {
    live: liveFigures(liveRun, settings.kvCacheNumWorkers, settings.kvCacheBlockSize),
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

/** The replay of a recording of a server with these settings. */
function replayConfig(settings: Settings, sources: SettingSources, trace: TraceSpec): ReplayConfig {
  return {
    router: routerConfig(settings),
    worker: workerConfig(settings, sources),
    trace,
    window: WHOLE,
    serviceLevel: { ttftUs: NO_BOUND, itlUs: NO_BOUND, e2eUs: NO_BOUND },
    stalenessUs: 0,
    remoteFetch: undefined,
    // With this seed request n of the replay has the draws that request n of the server has.
    seed: combineSeeds(settings.seed, hashText(MODEL)),
  };
}

/**
 * The settings of a server that only this process talks to. What stands between a client and the
 * cluster is turned off: a replay has none of it, and refused requests are no traffic.
 */
function loopbackSettings(settings: Settings): Settings {
  return {
    ...settings,
    host: '127.0.0.1',
    port: 0,
    sslCertfile: undefined,
    sslKeyfile: undefined,
    requireApiKey: false,
    rateLimitEnabled: false,
    limitConcurrency: 0,
    errorInjectionEnabled: false,
    enableModeration: false,
    enableContextValidation: false,
    enablePromptCaching: false,
  };
}

/** Keeps what is written to it. */
class TextSink extends Writable {
  readonly chunks: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk.toString('utf8'));
    done();
  }
}

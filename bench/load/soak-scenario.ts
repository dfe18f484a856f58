import { captureStream } from './captured-answer.ts';
import { clearProgress, showProgress } from './progress.ts';
import {
  CHAT_PATH,
  latencyFlags,
  type ScenarioContext,
  type ScenarioReport,
  streamBody,
  UNARY_BODY,
} from './scenario.ts';
import type { ServerProcess } from './server-process.ts';
import { slopeOf } from './statistics.ts';
import { StreamLoad } from './stream-load.ts';
import { figure, textTable } from './text-table.ts';
import { findUnaryLoad } from './unary-load.ts';

const SAMPLE_SECONDS = 10;
const STREAMS = 64;
const TOKENS = 100;

interface Sample {
  readonly minutes: number;
  readonly rssMib: number;
  readonly tokens: number;
}

/** Unary and streaming requests as fast as they are served, for minutes: does memory stay flat? */
export async function soakScenario(context: ScenarioContext): Promise<ScenarioReport> {
  const { soakMinutes, connections } = context.options;
  const unary = findUnaryLoad();
  const server = await context.start(latencyFlags(0, 0), UNARY_BODY);
  const body = streamBody(TOKENS);
  const { events } = await captureStream(server.port, CHAT_PATH, body);
  const streams = await StreamLoad.start({
    port: server.port,
    path: CHAT_PATH,
    body,
    streams: STREAMS,
    tokens: TOKENS,
    chunks: events.length,
    ttftMs: 0,
    itlMs: 0,
    rampMs: 0,
  });
  const seconds = soakMinutes * 60;
  const plan = { port: server.port, path: CHAT_PATH, body: UNARY_BODY, connections, seconds };
  const [answered, samples] = await Promise.all([
    unary.run(plan),
    sampleMemory(server, streams, seconds),
  ]);
  await streams.finish();
  await server.stop();
  clearProgress();

  // The first half fills caches and sizes the heaps.
  const settled = samples.slice(samples.length >> 1);
  const slope = slopeOf(settled.map(({ minutes, rssMib }) => [minutes, rssMib]));
  return {
    title:
      `soak: ${soakMinutes} minutes, ${connections} unary connections (${unary.name}) and ` +
      `${STREAMS} streams, latency 0`,
    text: [
      textTable([
        ['minute', 'RSS MiB'],
        ...samples.map(({ minutes, rssMib }) => [minutes.toFixed(1), figure(rssMib)]),
      ]),
      `  ${figure(answered.requests / answered.seconds)} unary requests/s, ` +
        `${figure(streams.answers / seconds)} streams/s`,
      `  RSS grows by ${slope.toFixed(2)} MiB a minute in the second half`,
    ].join('\n'),
    figures: { answered, streams: streams.answers, samples, slopeMibPerMinute: slope },
  };
}

async function sampleMemory(
  server: ServerProcess,
  streams: StreamLoad,
  seconds: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let atS = SAMPLE_SECONDS; atS <= seconds; atS += SAMPLE_SECONDS) {
    const { tokens } = await streams.measure(SAMPLE_SECONDS);
    const sample = { minutes: atS / 60, rssMib: server.usage().rssBytes / 2 ** 20, tokens };
    showProgress(`soak: minute ${sample.minutes.toFixed(1)}, RSS ${figure(sample.rssMib)} MiB`);
    samples.push(sample);
  }
  return samples;
}

import { setTimeout as delay } from 'node:timers/promises';
import { captureStream } from './captured-answer.ts';
import { showProgress } from './progress.ts';
import {
  CHAT_PATH,
  latencyFlags,
  type ScenarioContext,
  type ScenarioReport,
  streamBody,
  verdict,
} from './scenario.ts';
import { StreamLoad } from './stream-load.ts';
import { figure } from './text-table.ts';

const STREAMS = 2000;
const TOKENS = 100;
const TTFT_MS = 10;
/** So long that the streams are open and next to nothing happens. */
const ITL_MS = 5000;
const RAMP_MS = 2000;
const SETTLE_MS = 2000;
const WARM_UP = { streams: 64, tokens: 1, seconds: 3 } as const;
const BAR_IDLE_MIB = 150;
const BAR_STREAM_KIB = 8;

/**
 * Resident memory of the server process: with nothing to do, and for each stream that is open. The
 * latter counts from a server that has worked before: the heaps of V8 reserve some 20 MiB for young
 * objects with the first load, whether it is one stream or thousands.
 */
export async function memoryScenario(context: ScenarioContext): Promise<ScenarioReport> {
  showProgress('memory: idle');
  const flags = [...latencyFlags(TTFT_MS, ITL_MS), '--max-num-seqs', String(STREAMS)];
  const short = streamBody(WARM_UP.tokens);
  const server = await context.start(flags, short);
  const rssMib = async (): Promise<number> => {
    await delay(SETTLE_MS);
    return server.usage().rssBytes / 2 ** 20;
  };
  const idleMib = await rssMib();

  showProgress('memory: warming up');
  const { events } = await captureStream(server.port, CHAT_PATH, short);
  const plan = {
    port: server.port,
    path: CHAT_PATH,
    ttftMs: TTFT_MS,
    itlMs: ITL_MS,
    chunks: events.length,
  };
  const warmUp = await StreamLoad.start({ ...plan, ...WARM_UP, body: short, rampMs: 0 });
  await warmUp.measure(WARM_UP.seconds);
  await warmUp.finish();
  const warmMib = await rssMib();

  showProgress(`memory: ${STREAMS} streams`);
  const load = await StreamLoad.start({
    ...plan,
    body: streamBody(TOKENS),
    streams: STREAMS,
    tokens: TOKENS,
    chunks: events.length - WARM_UP.tokens + TOKENS,
    rampMs: RAMP_MS,
  });
  const openMib = await rssMib();
  if (load.tokens < STREAMS)
    throw new Error(`only ${load.tokens} of ${STREAMS} streams have begun`);
  load.destroy();
  const afterMib = await rssMib();
  await server.stop();

  const streamKib = ((openMib - warmMib) * 1024) / STREAMS;
  const isSmall = streamKib < BAR_STREAM_KIB;
  return {
    title: `memory: RSS of the server process, 4 workers; ${STREAMS} streams held open`,
    text: [
      verdict('idle', `${figure(idleMib)} MiB`, `< ${BAR_IDLE_MIB} MiB`, idleMib < BAR_IDLE_MIB),
      verdict('per open stream', `${figure(streamKib)} KiB`, `< ${BAR_STREAM_KIB} KiB`, isSmall),
      `  after some work ${figure(warmMib)} MiB, with all streams open ${figure(openMib)} MiB, ` +
        `once they have left ${figure(afterMib)} MiB`,
    ].join('\n'),
    figures: { streams: STREAMS, idleMib, warmMib, openMib, afterMib },
  };
}

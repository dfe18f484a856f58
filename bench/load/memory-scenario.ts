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
const BAR_IDLE_MIB = 150;
const BAR_STREAM_KIB = 8;
/** V8 reserves up to 16 MiB a thread for young objects once there is load; this leaves 1 MiB. */
const SMALL_RESERVE = ['--max-semi-space-size=1'];

/** Resident memory of one server, in MiB. */
interface Memory {
  readonly idleMib: number;
  readonly openMib: number;
  /** After all clients have left. */
  readonly afterMib: number;
}

/**
 * Resident memory of the server process: with nothing to do, and for each stream that is open. The
 * latter is measured with the least reserve for young objects, which grows with the first load
 * whatever it is, and would count as if it belonged to these streams.
 */
export async function memoryScenario(context: ScenarioContext): Promise<ScenarioReport> {
  showProgress(`memory: ${STREAMS} streams`);
  const usual = await holdStreams(context, []);
  showProgress(`memory: ${STREAMS} streams, small reserve`);
  const small = await holdStreams(context, SMALL_RESERVE);

  const { idleMib } = usual;
  const streamKib = ((small.openMib - small.idleMib) * 1024) / STREAMS;
  const isSmall = streamKib < BAR_STREAM_KIB;
  return {
    title: `memory: RSS of the server process, 4 workers; ${STREAMS} streams held open`,
    text: [
      verdict('idle', `${figure(idleMib)} MiB`, `< ${BAR_IDLE_MIB} MiB`, idleMib < BAR_IDLE_MIB),
      verdict('per open stream', `${figure(streamKib)} KiB`, `< ${BAR_STREAM_KIB} KiB`, isSmall),
      `  idle, open, after: ${inWords(usual)}; with ${SMALL_RESERVE}: ${inWords(small)}`,
    ].join('\n'),
    figures: { streams: STREAMS, usual, small, streamKib },
  };
}

async function holdStreams(
  context: ScenarioContext,
  nodeFlags: readonly string[],
): Promise<Memory> {
  const flags = [...latencyFlags(TTFT_MS, ITL_MS), '--max-num-seqs', String(STREAMS)];
  // One token, so that the first stream, which proves that the server is up, ends at once.
  const server = await context.start(flags, streamBody(1), nodeFlags);
  const rssMib = async (): Promise<number> => {
    await delay(SETTLE_MS);
    return server.usage().rssBytes / 2 ** 20;
  };
  const { events } = await captureStream(server.port, CHAT_PATH, streamBody(1));
  const idleMib = await rssMib();
  const load = await StreamLoad.start({
    port: server.port,
    path: CHAT_PATH,
    body: streamBody(TOKENS),
    streams: STREAMS,
    tokens: TOKENS,
    chunks: events.length - 1 + TOKENS,
    ttftMs: TTFT_MS,
    itlMs: ITL_MS,
    rampMs: RAMP_MS,
  });
  const openMib = await rssMib();
  if (load.tokens < STREAMS)
    throw new Error(`only ${load.tokens} of ${STREAMS} streams have begun`);
  load.destroy();
  const afterMib = await rssMib();
  await server.stop();
  return { idleMib, openMib, afterMib };
}

function inWords({ idleMib, openMib, afterMib }: Memory): string {
  return `${[idleMib, openMib, afterMib].map(figure).join(', ')} MiB`;
}

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
import { ServerProcess } from './server-process.ts';
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

/** Resident memory of the server process: with nothing to do, and for each stream that is open. */
export async function memoryScenario(context: ScenarioContext): Promise<ScenarioReport> {
  showProgress('memory: idle');
  const body = streamBody(TOKENS);
  const flags = [...latencyFlags(TTFT_MS, ITL_MS), '--max-num-seqs', String(STREAMS)];
  // One token, so that the first stream, which proves that the server is up, ends at once.
  const server = await ServerProcess.startOurs(context.entry, flags, CHAT_PATH, streamBody(1));
  await delay(SETTLE_MS);
  const idleBytes = server.usage().rssBytes;

  showProgress(`memory: ${STREAMS} streams`);
  const { events } = await captureStream(server.port, CHAT_PATH, streamBody(1));
  const load = await StreamLoad.start({
    port: server.port,
    path: CHAT_PATH,
    body,
    streams: STREAMS,
    tokens: TOKENS,
    chunks: events.length - 1 + TOKENS,
    ttftMs: TTFT_MS,
    itlMs: ITL_MS,
    rampMs: RAMP_MS,
  });
  await load.measure(SETTLE_MS / 1000);
  const openBytes = server.usage().rssBytes;
  if (load.tokens < STREAMS)
    throw new Error(`only ${load.tokens} of ${STREAMS} streams have begun`);
  load.destroy();
  await delay(SETTLE_MS);
  const afterBytes = server.usage().rssBytes;
  await server.stop();

  const idleMib = idleBytes / 2 ** 20;
  const streamKib = (openBytes - idleBytes) / STREAMS / 1024;
  return {
    title: `memory: RSS of the server process, 4 workers; ${STREAMS} streams open`,
    text: [
      verdict('idle', `${figure(idleMib)} MiB`, `< ${BAR_IDLE_MIB} MiB`, idleMib < BAR_IDLE_MIB),
      verdict(
        'per open stream',
        `${figure(streamKib)} KiB`,
        `< ${BAR_STREAM_KIB} KiB`,
        streamKib < BAR_STREAM_KIB,
      ),
      `  open ${figure(openBytes / 2 ** 20)} MiB, 2 s after all clients left ${figure(afterBytes / 2 ** 20)} MiB`,
    ].join('\n'),
    figures: { streams: STREAMS, idleBytes, openBytes, afterBytes },
  };
}

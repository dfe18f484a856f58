import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerId } from '../../shared/ids.ts';
import { Rng } from '../../shared/rng.ts';
import {
  CHAT_PATH,
  type ChatBody,
  type Chunk,
  chatBody,
  prompt,
  readEvents,
} from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { SEED } from '../support/property.ts';
import { RawConnection, rawPost } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Everything at once: random requests, clients that leave at random, workers that die at random,
 * caches and queues that are too small. A seed repeats the choices, if not their interleaving.
 */

const WORKERS = 4;
const CLIENTS = 24;
const REQUESTS_PER_CLIENT = 10;
const DEATHS = 6;

/** What may become of a request that is in order. */
const REFUSALS: ReadonlyMap<number, readonly string[]> = new Map([
  [400, ['context_length_exceeded']],
  [429, ['queue_full']],
  [500, ['worker_failed']],
  [503, ['service_unavailable']],
]);

function below(rng: Rng, end: number): number {
  return rng.u32() % end;
}

function randomBody(rng: Rng): ChatBody {
  const isStream = below(rng, 3) > 0;
  return chatBody(prompt(`topic${below(rng, 8)}x`, 8 + below(rng, 120)), {
    model: ['plain', 'org/other', 'deepseek-ai/DeepSeek-R1'][below(rng, 3)],
    stream: isStream,
    max_tokens: 1 + below(rng, 60),
    ignore_eos: below(rng, 2) === 0,
    n: below(rng, 6) === 0 ? 2 : 1,
    priority: below(rng, 3) - 1,
    ...(below(rng, 4) === 0 ? { stop: ['the', ' of '] } : {}),
    ...(isStream ? { stream_options: { include_usage: true } } : {}),
  });
}

/** A whole answer has what its usage says; a broken one says what broke it. */
function checkAnswer(status: number, text: string, isStream: boolean): void {
  if (status !== 200) {
    assert.ok(REFUSALS.get(status)?.includes(JSON.parse(text).error.code), `${status}: ${text}`);
    return;
  }
  if (!isStream) {
    const { choices, usage } = JSON.parse(text);
    for (const choice of choices) assert.match(choice.finish_reason, /^(stop|length)$/);
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    return;
  }
  const { chunks, error, isDone } = readEvents(text);
  if (error !== undefined) {
    // One choice of several may find the queue full when another one has begun.
    assert.match(error.code ?? '', /^(worker_failed|queue_full)$/);
    return;
  }
  assert.ok(isDone);
  const tokens = chunks.filter(hasText).length;
  const completed = chunks.at(-1)?.usage?.completion_tokens ?? assert.fail('there is no usage');
  // A stop sequence holds text back, so that some tokens share a chunk.
  assert.ok(tokens <= completed);
}

function hasText({ choices }: Chunk): boolean {
  const delta = { content: '', reasoning_content: '', ...choices[0]?.delta };
  return Boolean(delta.content || delta.reasoning_content);
}

/** Sends one request after another, and leaves some of them before they are answered. */
async function client(server: TestServer, rng: Rng): Promise<void> {
  for (let turn = 0; turn < REQUESTS_PER_CLIENT; turn++) {
    const body = randomBody(rng);
    const request = rawPost(CHAT_PATH, JSON.stringify(body), ['connection: close']);
    const connection = await RawConnection.open(server.port);
    connection.send(request);
    if (below(rng, 3) === 0) {
      await sleep(below(rng, 60));
      if (below(rng, 2) === 0) connection.reset();
      await connection.close();
    } else {
      const answer = await connection.readAnswer();
      checkAnswer(answer.status, answer.body, body.stream === true);
      await connection.close();
    }
  }
}

async function reaper(server: TestServer, rng: Rng): Promise<void> {
  const { pool } = server.gateway;
  for (let death = 0; death < DEATHS; death++) {
    await sleep(20 + below(rng, 60));
    const victim = workerId(below(rng, WORKERS));
    if (below(rng, 3) === 0) pool.terminateThreadOf(victim);
    else pool.injectFault(victim, 'throw');
  }
}

/** Nothing is left of any request, whatever became of it. */
async function settled({ gateway }: TestServer): Promise<void> {
  const { cluster, pool, router } = gateway;
  const workers = Array.from({ length: WORKERS }, (_, at) => workerId(at));
  await eventually('nothing is left', () => cluster.inFlight === 0 && gateway.answers === 0);
  await eventually('all workers are up', () => workers.every((worker) => pool.isUp(worker)));
  cluster.checkInvariants();
  for (const worker of workers) {
    assert.equal(router.ledger.activeRequests(worker), 0);
    assert.equal(router.ledger.decodeBlocks(worker), 0);
    assert.equal(router.ledger.prefillTokensPending(worker), 0);
  }
  assert.equal(gateway.metrics.answers.streams.open, 0);
}

/** The trouble is over: a stream runs to its end. */
async function serves(server: TestServer): Promise<void> {
  const { streams } = server.gateway.metrics.answers;
  const before = streams.completed;
  const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 3 };
  const request = JSON.stringify({ ...body, stream: true });
  const connection = await RawConnection.open(server.port);
  connection.send(rawPost(CHAT_PATH, request, ['connection: close']));
  const { status } = await connection.readAnswer();
  await connection.close();
  assert.equal(status, 200);
  await eventually('the stream counts', () => streams.completed === before + 1);
}

describe(`seed ${SEED}: a server in trouble of every kind`, () => {
  for (const engine of ['paced', 'batched']) {
    it(`accounts for every request and keeps nothing: ${engine}`, async () => {
      const server = await startServer(
        `--engine ${engine} --ttft 3 --itl 2 --kv-cache-num-workers ${WORKERS} --threads 2 ` +
          '--kv-cache-num-blocks 40 --max-num-seqs 4 --max-waiting 4 --limit-concurrency 20',
      );
      const rng = new Rng(SEED).fork(engine);
      try {
        const clients = Array.from({ length: CLIENTS }, (_, at) =>
          client(server, rng.fork(`client ${at}`)),
        );
        await Promise.all([...clients, reaper(server, rng.fork('reaper'))]);
        await settled(server);
        await serves(server);
      } finally {
        await server.stop();
      }
    });
  }
});

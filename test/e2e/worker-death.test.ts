import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { workerId } from '../../shared/ids.ts';
import {
  ask,
  chatBody,
  choiceOf,
  post,
  prompt,
  readEvents,
  refused,
} from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import type { RawConnection } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A worker dies under load: what was lost is said, all else goes on, and the worker comes back. */

const VICTIM = workerId(1);
const VICTIM_NAME = `worker-${VICTIM}`;
const PINNED = { 'x-fakeai-worker': VICTIM_NAME };
const WORKERS = 3;
/** Per worker; with this load some requests wait on each. */
const SLOTS = 8;
const REQUESTS = 30;
const TOKENS = 40;

let server: TestServer;
before(async () => {
  server = await startServer(
    `--ttft 0 --itl 20:0 --kv-cache-num-workers ${WORKERS} --threads ${WORKERS} ` +
      `--max-num-seqs ${SLOTS} --router-policy least-loaded`,
  );
});
after(() => server.stop());

interface Outcome {
  readonly isStream: boolean;
  readonly worker: string | null;
  readonly status: number;
  readonly text: string;
}

/** Sends the load, half of it streamed, and calls `kill` once every slot is taken. */
async function underLoad(kill: () => Promise<unknown>): Promise<Outcome[]> {
  const { workers } = server.gateway.metrics;
  const outcomes = Array.from({ length: REQUESTS }, async (_, at): Promise<Outcome> => {
    const isStream = at % 2 === 0;
    const body = chatBody(prompt(`load${at}x`, 20), { max_tokens: TOKENS, ignore_eos: true });
    const response = await post(server, { ...body, stream: isStream });
    const text = await response.text();
    const worker = response.headers.get('x-fakeai-worker');
    return { isStream, worker, status: response.status, text };
  });
  await eventually('all slots are taken', () => {
    const running = Array.from({ length: WORKERS }, (_, at) => workers.load(at, 'running'));
    return running.every((count) => count === SLOTS);
  });
  await kill();
  return Promise.all(outcomes);
}

/** Holds every answer to be whole, or to say that its worker failed. Returns how many failed. */
function failures(outcomes: readonly Outcome[]): number {
  let failed = 0;
  for (const { isStream, worker, status, text } of outcomes) {
    if (status === 500) {
      assert.ok(!isStream, 'a stream that has not begun goes to another worker');
      assert.equal(JSON.parse(text).error.code, 'worker_failed');
      failed++;
      continue;
    }
    assert.equal(status, 200, text);
    const reply = isStream ? readEvents(text) : undefined;
    if (reply?.error !== undefined) {
      assert.equal(reply.error.code, 'worker_failed');
      assert.equal(reply.isDone, false);
      assert.equal(worker, VICTIM_NAME, 'the streams of other workers go on');
      failed++;
      continue;
    }
    const tokens = reply ? choiceOf(reply).tokens : JSON.parse(text).usage.completion_tokens;
    assert.equal(tokens, TOKENS);
    assert.notEqual(worker, VICTIM_NAME, 'it was served elsewhere, and says so');
  }
  return failed;
}

async function settled(): Promise<void> {
  const { cluster } = server.gateway;
  await eventually('every request has ended', () => cluster.inFlight === 0);
  cluster.checkInvariants();
}

describe('a worker that dies under load', () => {
  for (const fault of ['throw', 'terminate', 'out-of-memory', 'hang']) {
    it(`loses what it had begun, and nothing else: ${fault}`, async () => {
      const { cluster, pool, router } = server.gateway;
      const remembered = chatBody(prompt(`remember-${fault}`, 60), { max_tokens: 1 });
      await ask(server, remembered, PINNED);
      await settled();
      const hit = await ask(server, remembered, PINNED);
      assert.notEqual(hit.headers.get('x-fakeai-overlap-blocks'), '0');
      await settled();

      const before = { ...cluster.counts };
      const restarts = pool.restarts(VICTIM);
      const url = `${server.origin}/admin/workers/${VICTIM_NAME}?fault=${fault}`;
      const failed = failures(await underLoad(() => fetch(url, { method: 'POST' })));
      await settled();
      assert.ok(failed > 0 && failed <= SLOTS);
      assert.equal(cluster.counts.failed - before.failed, failed);
      assert.equal(cluster.counts.finished - before.finished, REQUESTS - failed);
      assert.ok(cluster.counts.rerouted > before.rerouted, 'those that waited on it');

      await eventually('the worker is back', () => pool.isUp(VICTIM));
      assert.equal(pool.restarts(VICTIM), restarts + 1);
      assert.equal(router.ledger.activeRequests(VICTIM), 0);
      const miss = await ask(server, remembered, PINNED);
      assert.equal(miss.headers.get('x-fakeai-worker'), VICTIM_NAME);
      assert.equal(miss.headers.get('x-fakeai-overlap-blocks'), '0', 'its blocks are forgotten');
      assert.equal(miss.completion.usage.prompt_tokens_details?.cached_tokens, 0);
    });
  }
});

describe('a thread that dies', () => {
  it('takes all of its workers along, and what waited on them goes to those of other threads', async () => {
    const stuck = await startServer(
      `${STUCK} --kv-cache-num-workers 4 --threads 2 --max-num-seqs 1`,
    );
    try {
      const { cluster, pool } = stuck.gateway;
      const pin = (worker: number) => ({ 'x-fakeai-worker': `worker-${worker}` });
      const streams: RawConnection[] = [];
      for (const worker of [0, 1, 2, 3]) {
        streams.push(await openStream(stuck, {}, [`x-fakeai-worker: worker-${worker}`]));
      }
      const body = chatBody('waits', { max_tokens: 1 });
      const waiting = Promise.all([ask(stuck, body, pin(0)), ask(stuck, body, pin(2))]);
      await eventually('two wait', () => cluster.inFlight === 6);

      pool.terminateThreadOf(workerId(0));
      await Promise.all([0, 2].map((worker) => streams[worker]?.readThrough('worker_failed')));
      assert.equal(cluster.counts.failed, 2);
      assert.equal(cluster.counts.rerouted, 2);
      await Promise.all(streams.map((stream) => stream.close()));
      for (const { headers } of await waiting) {
        assert.match(headers.get('x-fakeai-worker') ?? '', /^worker-[13]$/);
      }
      const all = [0, 1, 2, 3].map(workerId);
      await eventually('all are up', () => all.every((worker) => pool.isUp(worker)));
      assert.deepEqual(
        all.map((worker) => pool.restarts(worker)),
        [1, 0, 1, 0],
      );
    } finally {
      await stuck.stop();
    }
  });
});

describe('a worker that keeps dying', () => {
  it('stays down longer each time, which requests, probes and killers are told', async () => {
    const alone = await startServer('--ttft 0 --itl 0 --kv-cache-num-workers 1');
    try {
      const { pool } = alone.gateway;
      const worker = workerId(0);
      for (let death = 1; death <= 8; death++) {
        pool.injectFault(worker, 'throw');
        await eventually('it is back', () => pool.isUp(worker) && pool.restarts(worker) === death);
      }
      pool.injectFault(worker, 'throw');
      await eventually('it is down', () => !pool.isUp(worker));
      const secondsLeft = () => alone.gateway.outageS() ?? 1;
      const mostSeconds = secondsLeft();
      assert.ok(mostSeconds >= 2, 'longer than what is said without knowing it');
      const told: string[] = [];
      for (const headers of [{}, { 'x-fakeai-worker': 'worker-0' }]) {
        const { status, headers: answered, error } = await refused(alone, chatBody('x'), headers);
        assert.equal(status, 503);
        assert.equal(error.code, 'service_unavailable');
        told.push(answered.get('retry-after') ?? '');
      }
      for (const path of ['/ready', '/health', '/ping']) {
        const answer = await fetch(alone.origin + path);
        assert.equal(answer.status, 503, path);
        const body = await answer.text();
        if (path !== '/ping') {
          const { status, ready } = JSON.parse(body);
          assert.deepEqual([status, ready], ['starting', false]);
        }
        told.push(answer.headers.get('retry-after') ?? '');
      }
      for (const fault of ['throw', 'terminate']) {
        const url = `${alone.origin}/admin/workers/worker-0?fault=${fault}`;
        const answer = await fetch(url, { method: 'POST' });
        assert.equal(answer.status, 409);
        const { error } = JSON.parse(await answer.text());
        assert.equal(error.code, 'worker_down');
        assert.match(error.message, /'worker-0' is down already, and is started again in \d s/);
        told.push(answer.headers.get('retry-after') ?? '');
      }
      const fewestSeconds = secondsLeft();
      for (const seconds of told.map(Number)) {
        assert.ok(seconds >= fewestSeconds && seconds <= mostSeconds, told.join());
      }
      await eventually('it is back', () => pool.isUp(worker));
      assert.equal((await fetch(`${alone.origin}/ready`)).status, 200);
      await ask(alone, chatBody('x'));
    } finally {
      await alone.stop();
    }
  });
});

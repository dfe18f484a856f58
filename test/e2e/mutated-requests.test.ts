import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Rng } from '../../shared/rng.ts';
import { ask, chatBody } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { mutatedBytes, mutatedRequest } from '../support/mutation.ts';
import { SEED } from '../support/property.ts';
import { RawConnection, rawExchange, rawGet } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Requests that began as good ones: whatever became of them, the server goes on as if nothing. */

const LANES = 16;
const REQUESTS_PER_LANE = 125;
const STREAMS_PER_LANE = 32;
/** A longer answer is not read to its end: a client may ask for a million tokens. */
const ANSWER_CHUNKS_MAX = 50;

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --max-request-size 100000`);
});
after(() => server.stop());

/** Does `work` in all lanes at once, each with random numbers of its own. */
async function inLanes(label: string, work: (rng: Rng) => Promise<void>): Promise<void> {
  const rng = new Rng(SEED).fork(label);
  await Promise.all(Array.from({ length: LANES }, (_, at) => work(rng.fork(`lane ${at}`))));
}

function assertExpected(status: number, request: string | Buffer): void {
  // 505 is what the HTTP library says to another version of HTTP.
  const isExpected =
    (status >= 200 && status < 500) || status === 503 || status === 529 || status === 505;
  assert.ok(isExpected, `${status} for ${JSON.stringify(request.toString('latin1'))}`);
}

/** Sends `request` and returns whether the connection can take another one. */
async function exchange(connection: RawConnection, request: string): Promise<boolean> {
  connection.send(request);
  const { status, headers } = await connection.readHead();
  assertExpected(status, request);
  if (headers.get('transfer-encoding') === 'chunked') {
    for (let chunks = 0; (await connection.readChunk()) !== undefined; chunks++) {
      if (chunks === ANSWER_CHUNKS_MAX) return false;
    }
  } else await connection.readBytes(Number(headers.get('content-length') ?? 0));
  return headers.get('connection') !== 'close';
}

/** Nothing is left of any request, the books agree, and the server answers. */
async function settled(): Promise<void> {
  const { gateway } = server;
  const { cluster, intake, metrics } = gateway;
  await eventually('nothing is left', () => cluster.inFlight + gateway.answers === 0);
  cluster.checkInvariants();
  assert.equal(intake.bytesInFlight, 0);
  assert.equal(metrics.answers.streams.open, 0);
  assert.equal(metrics.defects, 0);
  const { completion } = await ask(server, chatBody('Still there?', { max_tokens: 2 }));
  assert.equal(completion.usage.completion_tokens, 2);
}

describe(`seed ${SEED}: the server lives`, () => {
  it('with 2,000 requests that are wrong somewhere, and answers each', async () => {
    await inLanes('requests', async (rng) => {
      let connection = await RawConnection.open(server.port);
      for (let turn = 0; turn < REQUESTS_PER_LANE; turn++) {
        if (await exchange(connection, mutatedRequest(rng))) continue;
        await connection.close();
        connection = await RawConnection.open(server.port);
      }
      await connection.close();
    });
    await settled();
  });

  it('with 512 streams of bytes that are hardly HTTP', async () => {
    await inLanes('bytes', async (rng) => {
      for (let turn = 0; turn < STREAMS_PER_LANE; turn++) {
        const bytes = mutatedBytes(rng);
        const connection = await RawConnection.open(server.port);
        const cut = rng.below(bytes.length);
        await connection.sendInParts([bytes.subarray(0, cut), bytes.subarray(cut)]);
        // Whatever the server had to say to those bytes it says before it answers others.
        await rawExchange(server.port, rawGet('/live'));
        await rawExchange(server.port, rawGet('/live'));
        for (const [, status] of connection.unread.matchAll(/^HTTP\/1\.1 (\d+)/gm)) {
          assertExpected(Number(status), bytes);
        }
        if (rng.below(2) > 0) connection.reset();
        await connection.close();
      }
    });
    await settled();
  });
});

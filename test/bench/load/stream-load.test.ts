import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { StreamLoad, type StreamPlan } from '../../../bench/load/stream-load.ts';

const TOKENS = 4;
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function run(plan: StreamPlan): Promise<StreamLoad> {
  const load = await StreamLoad.start(plan);
  await load.finish();
  return load;
}

/** A server that answers every request as `answer` does, and the plan for a load on it. */
async function planFor(answer: (res: ServerResponse) => void): Promise<StreamPlan> {
  const server = createServer((req, res) => req.resume().on('end', () => answer(res)));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    port: address.port,
    path: '/',
    body: '{}',
    streams: 3,
    tokens: TOKENS,
    chunks: TOKENS + 2,
    ttftMs: 0,
    itlMs: 0,
    rampMs: 0,
  };
}

function stream(res: ServerResponse, events: number): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let event = 0; event < events; event++) res.write(`data: ${event}\n\n`);
  res.end();
}

test('every answer is counted with its tokens, and the last ones are waited for', async () => {
  let served = 0;
  const plan = await planFor((res) => {
    served++;
    stream(res, TOKENS + 2);
  });
  const load = await run(plan);
  assert.ok(load.answers >= plan.streams);
  assert.equal(load.answers, served);
  assert.equal(load.tokens, served * TOKENS);
});

test('a stream that is too short fails the load', async () => {
  const plan = await planFor((res) => stream(res, TOKENS + 1));
  await assert.rejects(run(plan), /5 chunks instead of 6/);
});

test('a refusal fails the load with what the server said', async () => {
  const plan = await planFor((res) => res.writeHead(429, 'Too Many Requests').end());
  await assert.rejects(run(plan), /HTTP\/1\.1 429 Too Many Requests/);
});

test('a connection that ends in the middle of a stream fails the load', async () => {
  const plan = await planFor((res) => {
    res.write('data: 0\n\n');
    setImmediate(() => res.destroy());
  });
  await assert.rejects(run(plan), /closed the connection/);
});

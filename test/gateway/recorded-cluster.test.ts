import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { TrafficRecorder } from '../../gateway/traffic-recorder.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { hashText } from '../../shared/rng.ts';
import { ask, chatBody, prompt, refused, stream, usageOf } from '../support/chat-client.ts';
import { recordedRequests } from '../support/recordings.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

const BLOCK_SIZE = 16;

/**
 * Asks for answers that come to a stop sequence, streamed and not. Returns the tokens of prompt and
 * answer, as their usage says.
 */
async function stopped(server: TestServer): Promise<readonly (readonly number[])[]> {
  const body = chatBody('stop', { seed: 5, max_tokens: 400, ignore_eos: true });
  const { completion } = await ask(server, body);
  const words = (completion.choices[0]?.message.content ?? '').split(' ');
  const rows = [[completion.usage.prompt_tokens, completion.usage.completion_tokens]];
  // The first word after the 40th that has not come before.
  const stop = words.slice(40).find((word, at) => words.indexOf(word) === at + 40);
  assert.ok(stop !== undefined);
  const whole = (await ask(server, { ...body, stop })).completion.usage;
  const options = { stream_options: { include_usage: true } };
  const streamed = usageOf(await stream(server, { ...body, ...options, stop }));
  for (const usage of [whole, streamed]) {
    assert.ok(usage.completion_tokens > 30 && usage.completion_tokens < 200);
    rows.push([usage.prompt_tokens, usage.completion_tokens]);
  }
  return rows;
}

describe('a server that records', () => {
  const file = new PassThrough();
  const written = text(file);
  const recorder = new TrafficRecorder(file, {
    blockSize: BLOCK_SIZE,
    compress: false,
    onFailure: assert.fail,
  });
  let server: TestServer;

  /** The recording as far as it goes; nothing is recorded after it is asked for. */
  const recording = async (): Promise<string> => {
    await recorder.close();
    return await written;
  };

  before(async () => {
    server = await startServer(INSTANT, recorder);
  });
  after(() => server.stop());

  it('writes a line for each sequence, with the hashes that the router saw and no text', async () => {
    const said = prompt('private', 60);
    const limit = { max_tokens: 20, ignore_eos: true };
    const first = await ask(server, chatBody(said, { ...limit, user: 'somebody' }));
    await ask(server, chatBody('short', { ...limit, n: 2 }), { 'x-session-id': 'abc' });
    await ask(server, chatBody('short', limit));
    await refused(server, chatBody('too long', { max_tokens: 1e6 }));
    const stops = await stopped(server);

    const lines = await recording();
    const requests = await recordedRequests([lines], BLOCK_SIZE);
    assert.deepEqual(
      requests.map((request) => [request.promptTokens, request.outputTokens]),
      [[67, 20], [8, 20], [8, 20], [8, 20], ...stops],
    );
    const keys = requests.map((request) => request.sessionKey);
    const abc = hashText('abc');
    assert.deepEqual(keys.slice(0, 3), [hashText('somebody'), abc, abc]);
    assert.doesNotMatch(lines.split('\n')[4] ?? '', /session/);

    const held = new Int32Array(2);
    for (const { hashes } of requests) {
      const blocks = hashes.length / HASH_WORDS;
      server.gateway.router.index.overlaps(hashes, blocks, held);
      assert.equal(Math.max(...held), blocks, 'a worker has prompt and answer under these hashes');
    }

    const words = new Set(`${said} somebody abc short`.split(' '));
    const answer = first.completion.choices[0]?.message.content ?? '';
    for (const word of answer.match(/\w{4,}/g) ?? []) words.add(word);
    assert.ok(words.size > 65);
    for (const word of words) assert.ok(!lines.includes(word), word);
  });
});

it("a request that the user's own policy gives no worker is written down too", async () => {
  const file = new PassThrough();
  const written = text(file);
  const recorder = new TrafficRecorder(file, {
    blockSize: BLOCK_SIZE,
    compress: false,
    onFailure: assert.fail,
  });
  const server = await startServer(INSTANT, recorder, {
    name: 'none',
    file: 'none.ts',
    sha256: '',
    code: 'export default { create: () => ({ choose: () => -1 }) };',
  });
  const { error } = await refused(server, chatBody(prompt('lost', 60), { max_tokens: 20 }));
  await server.stop();
  await recorder.close();
  assert.equal(error.code, 'policy_failed');
  const [request, ...others] = await recordedRequests([await written], BLOCK_SIZE);
  assert.deepEqual(others, []);
  assert.ok(request !== undefined && request.promptTokens > 60 && request.outputTokens <= 20);
});

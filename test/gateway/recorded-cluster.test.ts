import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { TrafficRecorder } from '../../gateway/traffic-recorder.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { hashText } from '../../shared/rng.ts';
import { ask, chatBody, prompt, refused } from '../support/chat-client.ts';
import { recordedRequests } from '../support/recordings.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

const BLOCK_SIZE = 16;

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

    const lines = await recording();
    const requests = await recordedRequests([lines], BLOCK_SIZE);
    assert.deepEqual(
      requests.map((request) => [request.promptTokens, request.outputTokens]),
      [
        [67, 20],
        [8, 20],
        [8, 20],
        [8, 20],
      ],
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

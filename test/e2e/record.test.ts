import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { constants, gunzipSync } from 'node:zlib';
import { openTextFile } from '../../gateway/text-file.ts';
import { runLab } from '../gateway/commands/lab-rig.ts';
import { ask, chatBody } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { recordedRequests } from '../support/recordings.ts';
import { endProcess, INSTANT, spawnCli, spawnServer } from '../support/server.ts';

describe('fakeai serve --record', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fakeai-record-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('has the whole traffic in a compressed file once it has ended', async () => {
    const path = join(folder, 'new', 'traffic.jsonl.gz');
    const server = await spawnServer(`${INSTANT} --record ${path}`);
    try {
      for (let n = 0; n < 3; n++) await ask(server, chatBody('hello', { max_tokens: 7 }));
      server.child.kill('SIGTERM');
      assert.equal(await server.exit, 0);
    } finally {
      await endProcess(server);
    }
    const requests = await recordedRequests(openTextFile(path), 16);
    assert.deepEqual(
      requests.map((request) => [request.promptTokens, request.outputTokens]),
      [
        [8, 7],
        [8, 7],
        [8, 7],
      ],
    );
    assert.match(server.errorOutput(), /"recorded":3,"leftOut":0/);
  });

  it('keeps in a compressed file what was served a second before the process was killed', async () => {
    const path = join(folder, 'killed.jsonl.gz');
    const server = await spawnServer(`${INSTANT} --record ${path}`);
    try {
      for (let n = 0; n < 3; n++) await ask(server, chatBody('hello', { max_tokens: 7 }));
      await eventually('the file has the requests', async () => {
        const bytes = await readFile(path);
        const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
        return text.trimEnd().split('\n').length === 1 + 3;
      });
    } finally {
      await endProcess(server);
    }
    const { code, error, out } = await runLab(`replay --trace ${path} --policies smart --out x`);
    assert.equal(code, 0);
    assert.equal(
      error,
      `fakeai: warning: ${path} ends too early; read up to its last whole line, 3 requests\n`,
    );
    assert.match(out, /^smart +3 /m);
  });

  it('does not start if it cannot write', async () => {
    const { exit, errorOutput } = spawnCli(`serve --port 0 --record ${folder}`);
    assert.equal(await exit, 1);
    assert.equal(errorOutput(), `fakeai: cannot write ${folder}: it is a folder\n`);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { constants, gunzipSync } from 'node:zlib';
import { openTextFile } from '../../cli/text-file.ts';
import { runLab } from '../cli/commands/lab-rig.ts';
import { ask, chatBody } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { recordedRequests } from '../support/recordings.ts';
import { endProcess, INSTANT, spawnCli, spawnServer } from '../support/server.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-record-'));
});
after(() => rm(folder, { recursive: true }));

describe('fakeai serve --record', () => {
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
});

describe('a recording that cannot be written', () => {
  it('does not start where it cannot write a new file, and changes nothing there', async () => {
    const file = join(folder, 'file.jsonl');
    const pipe = join(folder, 'pipe');
    await writeFile(file, 'precious\n');
    spawnSync('mkfifo', [pipe]);
    for (const [path, reason] of [
      [folder, 'it is a folder'],
      [file, 'it is there already; name another file, or move this one away'],
      [pipe, 'it is no file, and a file is needed'],
    ]) {
      const { exit, errorOutput } = spawnCli(`serve --port 0 --record ${path}`);
      assert.equal(await exit, 1);
      assert.equal(errorOutput(), `fakeai: cannot write ${path}: ${reason}\n`);
    }
    assert.equal(await readFile(file, 'utf8'), 'precious\n');
  });

  it('ends with the disk, which it says once and counts, and the server goes on', {
    skip: process.platform !== 'linux',
  }, async () => {
    const path = join(folder, 'full.jsonl');
    const server = await spawnServer(`${INSTANT} --record ${path}`);
    // From now on no file of this process can be longer than 4 KiB.
    const limit = spawnSync('prlimit', [`--pid=${server.child.pid}`, '--fsize=4096']);
    assert.equal(limit.status, 0);
    const metric = async (outcome: string): Promise<number> => {
      const page = await (await fetch(`${server.origin}/metrics/prometheus`)).text();
      const series = `fakeai_recorded_requests_total{outcome="${outcome}"} `;
      const line = page.split('\n').find((each) => each.startsWith(series));
      return Number(line?.slice(series.length));
    };
    try {
      for (let n = 0; n < 60; n++) await ask(server, chatBody('hello', { max_tokens: 200 }));
      await eventually('the disk is full', async () => (await metric('left-out')) > 0);
      for (let n = 0; n < 3; n++) await ask(server, chatBody('hello', { max_tokens: 200 }));
      assert.equal((await metric('left-out')) + (await metric('written')), 63);
      server.child.kill('SIGTERM');
      assert.equal(await server.exit, 0);
    } finally {
      await endProcess(server);
    }
    assert.equal(server.errorOutput().split('the recording has failed').length, 1 + 1);
  });
});

describe('a recording of answers that came to a stop sequence', () => {
  it('has what was sent, and can be replayed', async () => {
    const path = join(folder, 'stopped.jsonl');
    const server = await spawnServer(`${INSTANT} --record ${path}`);
    const body = chatBody('hello', { seed: 1, max_tokens: 300, ignore_eos: true });
    let sent: number;
    try {
      const { completion } = await ask(server, body);
      const stop = completion.choices[0]?.message.content?.split(' ')[50] ?? '';
      sent = (await ask(server, { ...body, stop })).completion.usage.completion_tokens;
      server.child.kill('SIGTERM');
      assert.equal(await server.exit, 0);
    } finally {
      await endProcess(server);
    }
    assert.ok(sent < 300);
    const requests = await recordedRequests(openTextFile(path), 16);
    assert.deepEqual(
      requests.map(({ outputTokens }) => outputTokens),
      [300, sent],
    );
    const { code, error, out } = await runLab(`replay --trace ${path} --policies smart --out x`);
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^smart +2 /m);
  });
});

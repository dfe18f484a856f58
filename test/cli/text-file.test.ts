import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openTextFile } from '../../cli/text-file.ts';
import { PROGRAM } from '../support/program.ts';

const TEXT = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-text-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function textOf(path: string, options?: Parameters<typeof openTextFile>[1]) {
  let text = '';
  for await (const piece of openTextFile(path, options)) text += piece;
  return text;
}

test('a file is read, gzip or not, and its bytes are told as they are in it', async () => {
  for (const bytes of [Buffer.from(TEXT), gzipSync(TEXT), Buffer.from('x'), Buffer.alloc(0)]) {
    const path = join(folder, 'trace');
    await writeFile(path, bytes);
    const hash = createHash('sha256');
    const isGzip = bytes.length > 2 && bytes[0] === 0x1f;
    const text = await textOf(path, { onBytes: (piece) => hash.update(piece) });
    assert.equal(text, isGzip ? TEXT : bytes.toString());
    assert.equal(hash.digest('hex'), createHash('sha256').update(bytes).digest('hex'));
  }
});

test('reading ends with the reason of the signal', async () => {
  const path = join(folder, 'trace');
  await writeFile(path, TEXT);
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(textOf(path, { signal }), /^Error: enough$/);
});

/** `fakeai replay` of what its standard input is given. */
function replayOfInput(trace: string) {
  const process = spawn(
    globalThis.process.execPath,
    [...PROGRAM, 'replay', '--trace', trace, '--policies', 'random', '--out', folder],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const output = { out: '', error: '' };
  process.stdout.on('data', (bytes: Buffer) => {
    output.out += bytes.toString();
  });
  process.stderr.on('data', (bytes: Buffer) => {
    output.error += bytes.toString();
  });
  return { process, output };
}

for (const trace of ['-', '/dev/stdin']) {
  test(`a pipe is read as ${trace}, gzip or not and byte by byte`, async () => {
    for (const bytes of [gzipSync(TEXT), Buffer.from(TEXT)]) {
      const { process, output } = replayOfInput(trace);
      for (const byte of bytes.subarray(0, 3)) process.stdin.write(Buffer.from([byte]));
      process.stdin.end(bytes.subarray(3));
      await once(process, 'close');
      assert.match(output.out, /1 requests|1 request/, output.error);
    }
  });
}

test('a pipe with a bad line is refused though more could come', async () => {
  const { process, output } = replayOfInput('-');
  process.stdin.on('error', () => {});
  process.stdin.write(`${TEXT}nonsense\n`);
  const [code] = await once(process, 'close');
  assert.equal(code, 2);
  assert.match(output.error, /^fakeai: -, line 3: "nonsense"; expected a line such as [^\n]*\n$/);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} while a trace is read ends with a line and exit code 2`, async () => {
    const { process, output } = replayOfInput('-');
    process.stdin.on('error', () => {});
    // Once as much has been taken as no pipe holds, the program is reading.
    const line = '2023-11-16 18:17:04.0000000,10,10\n';
    process.stdin.write(TEXT + line.repeat(60_000));
    await once(process.stdin, 'drain');
    process.kill(signal);
    const [code] = await once(process, 'close');
    assert.equal(output.error, 'fakeai: stopped while reading -: nothing was simulated\n');
    assert.equal(code, 2);
    assert.equal(output.out, '');
  });
}

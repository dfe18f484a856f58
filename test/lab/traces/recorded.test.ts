import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecordedHeader, RecordedParser } from '../../../lab/traces/recorded.ts';
import { readTrace } from '../../../lab/traces/trace-reader.ts';
import { TraceRow } from '../../../lab/traces/trace-row.ts';
import { TableSource } from '../../../lab/traces/trace-table.ts';
import {
  formatRecord,
  formatRecordedHeader,
  type RecordedRequest,
} from '../../../shared/recorded-trace.ts';
import { fc } from '../../support/property.ts';
import { arrivalsOf, hashesOf, type PlainRequest, sessionsOf } from './requests.ts';

const BLOCK_SIZE = 16;

async function replayed(requests: readonly RecordedRequest[]): Promise<PlainRequest[]> {
  const lines = [formatRecordedHeader({ blockSize: BLOCK_SIZE }), ...requests.map(formatRecord)];
  return arrivalsOf(new TableSource(await readTrace(lines)));
}

function request(fields: Partial<RecordedRequest>): RecordedRequest {
  const base = { arrivalUs: 0, promptTokens: 40, outputTokens: 9, hashes: new Uint32Array(0) };
  return { ...base, ...fields };
}

test('what is recorded is replayed: times and lengths', async () => {
  const tokens = fc.integer({ min: 1, max: 1e6 });
  const row = fc.tuple(fc.integer({ min: 0, max: 1e12 }), tokens, tokens);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 9 }), async (rows) => {
      const recorded = rows.map(([arrivalUs, promptTokens, outputTokens]) =>
        request({ arrivalUs, promptTokens, outputTokens }),
      );
      const replay = await replayed(recorded);
      assert.deepEqual(
        replay.map((got) => [got.arrivalUs, got.promptTokens, got.outputTokens]),
        rows.sort((a, b) => a[0] - b[0]),
      );
    }),
    { numRuns: 30 },
  );
});

test('a replay with the recorded block size has the recorded hashes', async () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const hash = fc.tuple(
    word,
    word.map((hi) => hi & 0x7fffffff),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(hash, { maxLength: 9 }), async (hashes) => {
      const recorded = request({ promptTokens: 139, hashes: Uint32Array.from(hashes.flat()) });
      const [row] = await replayed([recorded]);
      assert.ok(row !== undefined);
      const blocks = hashesOf(row, BLOCK_SIZE);
      assert.equal(blocks.length, 9);
      assert.deepEqual(
        blocks.slice(0, hashes.length),
        hashes.map(([lo, hi]) => `${lo}:${hi}`),
      );
    }),
    { numRuns: 50 },
  );
});

test('requests share blocks exactly as far as their recorded hashes agree', async () => {
  const shared = [1, 2, 0xffffffff, 0x7fffffff];
  const a = request({ hashes: Uint32Array.of(...shared, 5, 6) });
  const b = request({ hashes: Uint32Array.of(...shared, 7, 8) });
  const [first, second] = (await replayed([a, b])).map((row) => hashesOf(row, BLOCK_SIZE));
  assert.deepEqual(first?.slice(0, 2), second?.slice(0, 2));
  assert.notEqual(first?.[2], second?.[2]);
});

test('blocks without a recorded hash are shared with no request', async () => {
  const hashes = Uint32Array.of(1, 2);
  const rows = await replayed([request({ hashes }), request({ hashes })]);
  const [first = [], second = []] = rows.map((row) => hashesOf(row, BLOCK_SIZE));
  assert.equal(first.length, 3);
  assert.equal(first[0], second[0]);
  assert.notEqual(first[1], second[1]);
});

test('a later turn with a think time arrives that long after the answer', async () => {
  const lines = [
    formatRecordedHeader({ blockSize: BLOCK_SIZE }),
    formatRecord(request({ arrivalUs: 50, session: 7 })),
    formatRecord(request({ thinkUs: 300, session: 7 })),
  ];
  const [turns = []] = sessionsOf(new TableSource(await readTrace(lines)), 1000);
  assert.deepEqual(
    turns.map((turn) => turn.arrivalUs),
    [50, 1350],
  );
});

test('only a header of this format is taken for one', () => {
  assert.equal(parseRecordedHeader('{"timestamp":0}'), undefined);
  assert.deepEqual(parseRecordedHeader('{"fakeai_trace":1,"block_size":64}'), { blockSize: 64 });
  assert.throws(() => parseRecordedHeader('{"fakeai_trace":1,"block_size":0}'), /block_size is 0/);
});

test('a field that makes no sense is refused', () => {
  const base = { arrival_us: 0, prompt_tokens: 40, output_tokens: 9 };
  const bad: [object, RegExp][] = [
    [{ arrival_us: 1.5 }, /^arrival_us is 1.5; expected an integer/],
    [{ prompt_tokens: 0 }, /^prompt_tokens is 0/],
    [{ output_tokens: null }, /^output_tokens is null/],
    [{ session: 'a' }, /^session is "a"; expected an integer/],
    [{ think_us: 5 }, /^think_us without a session/],
    [{ hashes: 5 }, /^hashes is 5; expected base64/],
    [{ hashes: 'AAAA' }, /^hashes is "AAAA"; expected base64 of 8 bytes for each of at most 3/],
    [{ hashes: 'AAAAAAAAAA!=' }, /^hashes is/],
    [{ hashes: Buffer.alloc(32).toString('base64') }, /at most 3 blocks/],
  ];
  const parser = new RecordedParser({ blockSize: BLOCK_SIZE });
  for (const [fields, message] of bad) {
    const line = JSON.stringify({ ...base, ...fields });
    assert.throws(() => parser.parse(line, new TraceRow()), { name: 'TraceFault', message });
  }
});

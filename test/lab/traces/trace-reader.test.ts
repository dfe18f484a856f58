import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readRows,
  readTrace,
  readTraceFile,
  type TraceReaderOptions,
} from '../../../lab/traces/trace-reader.ts';
import { TableSource } from '../../../lab/traces/trace-table.ts';
import { fc } from '../../support/property.ts';
import { arrivalsOf, type PlainRequest } from './requests.ts';

const MOONCAKE = [
  '{"timestamp": 0, "input_length": 700, "output_length": 5, "hash_ids": [0, 1]}',
  '{"timestamp": 3000, "input_length": 512, "output_length": 1, "hash_ids": [0]}',
];

const AZURE = 'TIMESTAMP,ContextTokens,GeneratedTokens\n';

async function read(
  chunks: readonly string[],
  options: TraceReaderOptions = {},
): Promise<PlainRequest[]> {
  return arrivalsOf(new TableSource(await readTrace(chunks, options)));
}

test('the format is recognised by the first line', async () => {
  const azure = 'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10';
  const own =
    '{"fakeai_trace":1,"block_size":16}\n' +
    '{"arrival_us":9,"prompt_tokens":7,"output_tokens":3}\n';
  assert.equal((await read([MOONCAKE.join('\n')])).length, 2);
  assert.equal((await read([azure]))[0]?.promptTokens, 4808);
  assert.equal((await read([own]))[0]?.arrivalUs, 9);
});

test('it does not matter where the text is cut, nor how lines end', async () => {
  const expected = await read([MOONCAKE.join('\n')]);
  const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n');
  await fc.assert(
    fc.asyncProperty(lineEnd, fc.nat(200), fc.nat(200), fc.boolean(), async (eol, i, j, last) => {
      const text = MOONCAKE.join(eol) + (last ? eol : '');
      const cuts = [0, i, i + j, text.length];
      const chunks = cuts.slice(1).map((end, at) => text.slice(cuts[at], Math.max(cuts[at]!, end)));
      assert.deepEqual(await read(chunks), expected);
    }),
    { numRuns: 50 },
  );
});

test('a byte order mark is no part of the first line', async () => {
  assert.equal((await read([`\uFEFF${MOONCAKE[0]}`])).length, 1);
});

test('reading stops at the limit, whatever follows', async () => {
  const chunks = [`${MOONCAKE[0]}\n`, `${MOONCAKE[1]}\nnonsense\n`];
  assert.equal((await read(chunks, { limit: 2 })).length, 2);
});

test('rows can be read in constant memory, through one row object', async () => {
  const rows = new Set<object>();
  const prompts: number[] = [];
  await readRows([MOONCAKE.join('\n')], (row) => {
    rows.add(row);
    prompts.push(row.promptTokens);
    return true;
  });
  assert.equal(rows.size, 1);
  assert.deepEqual(prompts, [700, 512]);
});

test('a bad line stops with its number, what is there and what was expected', async () => {
  const bad: [string, RegExp][] = [
    ['', /^line 1: the file is empty; expected a trace/],
    [AZURE, /^line 1: the file has a header and no request; expected a line for each/],
    ['hello', /^line 1: "hello" starts no trace; expected Mooncake JSONL, .*, or a fakeai trace/],
    [`${MOONCAKE[0]}\n{"timestamp": 0,`, /^line 2: "\{.*" is not JSON; expected one object a line/],
    [`${MOONCAKE[0]}\n\n[1]`, /^line 3: "\[1\]"; expected one JSON object a line/],
    ['{"fakeai_trace":2,"block_size":16}', /^line 1: fakeai_trace is 2; this version reads 1/],
    ['TIMESTAMP,ContextTokens,GeneratedTokens\nx', /^line 2: "x"; expected a line such as 2023-/],
  ];
  for (const [text, message] of bad) {
    await assert.rejects(read([text]), { name: 'TraceError', message });
  }
});

test('bad lines can be left out: the rest is read, and they are counted', async () => {
  const lines = ['nonsense', MOONCAKE[0], '{"timestamp": 1}', MOONCAKE[1], '[', ''];
  const { table, badLines } = await readTraceFile([lines.join('\n')], { skipBad: true });
  assert.equal(table.timeUs.length, 2);
  assert.equal(badLines.count, 3);
  assert.match(badLines.first?.message ?? '', /^line 1: "nonsense" starts no trace/);
});

test('a file of bad lines alone is refused for the first of them', async () => {
  await assert.rejects(read([`${AZURE}x\ny\n`], { skipBad: true }), { message: /^line 2: "x"/ });
});

test('requests without an output token are counted, in every format', async () => {
  for (const text of [
    MOONCAKE[0]?.replace('"output_length": 5', '"output_length": 0') ?? '',
    `${AZURE}2023-11-16 18:17:03.9799600,4808,0`,
    '{"fakeai_trace":1,"block_size":16}\n{"arrival_us":9,"prompt_tokens":7,"output_tokens":0}',
  ]) {
    const { table, emptyAnswers } = await readTraceFile([text]);
    assert.equal(emptyAnswers, 1);
    assert.deepEqual([...table.outputTokens], [1]);
  }
});

test('times before the start of the trace shift it, those of turns that wait do not', async () => {
  const [first, second] = await read([
    '{"timestamp":500,"input_length":9,"output_length":1,"session_id":1}\n' +
      '{"delay":70,"input_length":9,"output_length":1,"session_id":1}\n' +
      '{"timestamp":-2000,"input_length":8,"output_length":1}\n',
  ]);
  assert.deepEqual([first?.promptTokens, first?.arrivalUs], [8, 0]);
  assert.deepEqual([second?.promptTokens, second?.arrivalUs], [9, 2_500_000]);
});

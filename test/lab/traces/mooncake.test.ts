import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MooncakeParser } from '../../../lab/traces/mooncake.ts';
import { TraceRow } from '../../../lab/traces/trace-row.ts';

function parse(fields: object, blockTokens = 512): TraceRow {
  const row = new TraceRow();
  new MooncakeParser(blockTokens).parse(JSON.stringify(fields), row);
  return row;
}

const LINE = { timestamp: 27_482.5, input_length: 1100, output_length: 52, hash_ids: [46, 47, 48] };

test('a line gives times in microseconds, lengths, and the content of the prompt', () => {
  const row = parse(LINE);
  assert.equal(row.timeUs, 27_482_500);
  assert.equal(row.waits, false);
  assert.equal(row.promptTokens, 1100);
  assert.equal(row.outputTokens, 52);
  assert.equal(row.sessionKey, undefined);
  assert.deepEqual(ends(row), [512, 1024, 1100]);
});

test('without hash ids the content is not known', () => {
  assert.deepEqual(ends(parse({ timestamp: 0, input_length: 9, output_length: 1 })), []);
});

test('another number of tokens per id is another number of ids', () => {
  assert.deepEqual(ends(parse({ ...LINE, input_length: 40 }, 16)), [16, 32, 40]);
});

test('ids above 32 bits are told apart', () => {
  const low = parse({ ...LINE, hash_ids: [1, 2, 3] })
    .content.view()
    .slice();
  const high = parse({ ...LINE, hash_ids: [1 + 2 ** 32, 2, 3] })
    .content.view()
    .slice();
  assert.notDeepEqual(low, high);
});

test('a turn with a delay waits for the answer before it, whatever its timestamp', () => {
  const row = parse({ ...LINE, session_id: 'a', delay: 500 });
  assert.equal(row.waits, true);
  assert.equal(row.timeUs, 500_000);
  assert.equal(row.sessionKey, 'a');
  assert.equal(parse({ ...LINE, session_id: 'a' }).waits, false);
});

test('a field that makes no sense is refused', () => {
  const bad: [object, RegExp][] = [
    [{ input_length: undefined }, /^input_length is missing; expected an integer from 1 to/],
    [{ input_length: 0 }, /^input_length is 0; expected an integer from 1 to/],
    [{ input_length: 1.5 }, /^input_length is 1.5; expected an integer/],
    [{ output_length: '52' }, /^output_length is "52"; expected an integer/],
    [{ timestamp: 'noon' }, /^timestamp is "noon"; expected a number from -/],
    [{ timestamp: undefined }, /^timestamp is missing; expected a number from -/],
    [{ output_length: -1 }, /^output_length is -1; expected an integer from 0/],
    [{ session_id: 'a', delay: -1 }, /^delay is -1; expected a number from 0/],
    [{ session_id: {} }, /^session_id is \{\}; expected a string or a number/],
    [{ hash_ids: 'x' }, /^hash_ids is "x"; expected an array of integers/],
    [{ hash_ids: [1, -2, 3] }, /^hash_ids has -2; expected integers from 0/],
    [{ hash_ids: [1] }, /^1 hash_ids for an input_length of 1100; expected 3, one per 512 tokens/],
    [{ input_length: undefined, text_input: 'hi' }, /^the prompt is text; expected input_length/],
  ];
  for (const [fields, message] of bad) {
    assert.throws(() => parse({ ...LINE, ...fields }), { name: 'TraceFault', message });
  }
});

/** Ends of the segments of the row's content. */
function ends(row: TraceRow): number[] {
  return [...row.content.view()].filter((_, at) => at % 3 === 2);
}

test('timestamps of the epoch, in milliseconds or seconds, count from the first of them', () => {
  for (const [times, us] of [
    [
      [1_763_987_654_321, 1_763_987_655_321.5, 1_763_987_654_320],
      [0, 1_000_500, -1000],
    ],
    [
      [1_763_987_654.25, 1_763_987_656.5],
      [0, 2_250_000],
    ],
  ] as const) {
    const parser = new MooncakeParser(512);
    const row = new TraceRow();
    const read = times.map((timestamp) => {
      parser.parse(JSON.stringify({ ...LINE, timestamp }), row);
      return row.timeUs;
    });
    assert.deepEqual(read, us);
  }
});

test('a timestamp that is no time of the epoch, where the first one is, is refused', () => {
  for (const [first, second, unit] of [
    [1_763_987_654, -1, 'seconds'],
    [1_763_987_654_321, 0, 'milliseconds'],
    [1_763_987_654_321, 1_763_987_655, 'milliseconds'],
  ] as const) {
    const parser = new MooncakeParser(512);
    parser.parse(JSON.stringify({ ...LINE, timestamp: first }), new TraceRow());
    assert.throws(
      () => parser.parse(JSON.stringify({ ...LINE, timestamp: second }), new TraceRow()),
      { message: `timestamp is ${second}; expected ${unit} of the epoch, as in the first line` },
    );
  }
});

test('no output token is an answer of one, and says so', () => {
  const row = parse({ ...LINE, output_length: 0 });
  assert.deepEqual([row.outputTokens, row.isAnswerEmpty], [1, true]);
  assert.equal(parse(LINE).isAnswerEmpty, false);
});

test('ids of another number of tokens are recognised, and how to read them is said', () => {
  const ids = (length: number) => Array.from({ length }, (_, id) => id);
  assert.throws(() => parse({ ...LINE, input_length: 6758, hash_ids: ids(106) }), {
    message:
      '106 hash_ids for an input_length of 6758; expected 14, one per 512 tokens; ' +
      'ids of 64 tokens fit: --trace-block-size 64',
  });
  // So few tokens do not tell 16 from 32, and no common number of them makes 1000 ids.
  for (const [tokens, count] of [
    [700, 1],
    [6758, 1000],
  ] as const) {
    assert.throws(() => parse({ ...LINE, input_length: tokens, hash_ids: ids(count) }), /tokens$/);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MooncakeParser } from '../../../../engine/replay/trace/mooncake.ts';
import { TraceRow } from '../../../../engine/replay/trace/trace-row.ts';

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
    [{ timestamp: -1 }, /^timestamp is -1; expected a number from 0/],
    [{ timestamp: undefined }, /^timestamp is missing; expected a number from 0/],
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

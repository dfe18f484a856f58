import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AzureParser } from '../../../lab/traces/azure.ts';
import { TraceRow } from '../../../lab/traces/trace-row.ts';

function parseAll(lines: readonly string[]): TraceRow[] {
  const parser = new AzureParser();
  return lines.map((line) => {
    const row = new TraceRow();
    parser.parse(line, row);
    return row;
  });
}

test('times count in microseconds from the first line, also before it', () => {
  const rows = parseAll([
    '2023-11-16 18:17:03.9799600,4808,10',
    '2023-11-16 18:17:04.0319609,3180,8',
    '2023-11-16 19:17:03.9799600,110,27',
    '2023-11-16 18:17:02.9799600,1,1',
  ]);
  assert.deepEqual(
    rows.map((row) => row.timeUs),
    [0, 52_000, 3600e6, -1e6],
  );
  assert.deepEqual(
    rows.map((row) => row.promptTokens),
    [4808, 3180, 110, 1],
  );
  assert.deepEqual(
    rows.map((row) => row.outputTokens),
    [10, 8, 27, 1],
  );
});

test('times run on over the ends of months, leap days and years', () => {
  const times = (from: string, to: string): number | undefined =>
    parseAll([`${from} 00:00:00,1,1`, `${to} 00:00:00,1,1`])[1]?.timeUs;
  const dayUs = 86_400e6;
  assert.equal(times('2023-11-30', '2023-12-01'), dayUs);
  assert.equal(times('2023-12-31', '2024-01-01'), dayUs);
  assert.equal(times('2024-02-28', '2024-03-01'), 2 * dayUs);
  assert.equal(times('2023-02-28', '2023-03-01'), dayUs);
  assert.equal(times('1999-12-31', '2000-12-31'), 366 * dayUs);
});

test('a time may have a zone of zero and fewer decimals', () => {
  const rows = parseAll(['2024-05-10 00:00:00.009930+00:00,1,1', '2024-05-10 00:00:01,1,1']);
  assert.equal(rows[1]?.timeUs, 990_070);
});

test('a line that makes no sense is refused', () => {
  const first = '2023-11-16 18:17:03.9799600,4808,10';
  const bad: [string, RegExp][] = [
    ['', /^""; expected a line such as 2023-11-16/],
    [`${first},7`, /expected a line such as/],
    ['2023-11-16T18:17:03Z,1,1', /expected a line such as/],
    ['2023-11-16 18:17:03.9799600,-5,10', /expected a line such as/],
    ['2023-11-16 18:17:03.9799600,0,10', /^ContextTokens is 0; expected 1 to/],
    ['2023-11-16 18:17:03.9799600,5,536870913', /^GeneratedTokens is 536870913; expected 0 to/],
    ['2023-02-31 10:00:00.0,5,5', /^there is no date 2023-02-31; expected one of the calendar/],
    ['2023-02-29 10:00:00,5,5', /^there is no date 2023-02-29/],
    ['2024-13-01 10:00:00,5,5', /^there is no date 2024-13-01/],
    ['2024-00-10 10:00:00,5,5', /^there is no date 2024-00-10/],
    ['2023-12-00 10:00:00,5,5', /^there is no date 2023-12-00/],
    ['2023-12-32 10:00:00,5,5', /^there is no date 2023-12-32/],
    ['2023-12-31 10:61:00.0,5,5', /^there is no time 10:61:00; expected 00:00:00 to 23:59:59/],
    ['2023-12-31 24:00:00,5,5', /^there is no time 24:00:00/],
    ['2023-12-31 23:59:60,5,5', /^there is no time 23:59:60/],
  ];
  for (const [line, message] of bad) {
    assert.throws(() => parseAll([first, line]), { name: 'TraceFault', message });
  }
});

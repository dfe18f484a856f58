import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECORD_FIELDS } from '../../../lab/measure/request-records.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import { OrderedSource } from '../../../lab/traces/ordered-source.ts';
import { readTrace } from '../../../lab/traces/trace-reader.ts';
import { TraceRequest } from '../../../lab/traces/trace-source.ts';
import { TableSource } from '../../../lab/traces/trace-table.ts';
import { replayConfig } from '../simulate/replay-rig.ts';

/** Two chains of waiting turns in session 1, of which the second begins while the first goes on. */
const ROWS = [
  { arrival_us: 0, session: 1 },
  { think_us: 9_000_000, session: 1 },
  { arrival_us: 100, session: 1 },
  { think_us: 5, session: 1 },
  { arrival_us: 200, session: 2 },
];

test('a trace is read again in the order in which a replay was asked for it', async () => {
  const lines = ROWS.map((row) => JSON.stringify({ ...row, prompt_tokens: 40, output_tokens: 3 }));
  const table = await readTrace([`{"fakeai_trace":1,"block_size":16}\n${lines.join('\n')}\n`]);
  const config = {
    ...replayConfig({ workload: 'lengths' }),
    trace: { kind: 'table', table },
  } as const;
  const { order, records = new Float64Array(0) } = replay(config, { records: true });
  assert.ok(order !== undefined);
  const source = new OrderedSource(new TableSource(table), order);
  const request = new TraceRequest();
  const turns: [number, number][] = [];
  while (source.next(request)) turns.push([request.session, request.turn]);
  const width = RECORD_FIELDS.length;
  const column = (name: (typeof RECORD_FIELDS)[number]) => RECORD_FIELDS.indexOf(name);
  const came = Array.from({ length: records.length / width }, (_, row) => [
    records[row * width + column('session')]!,
    records[row * width + column('turn')]!,
  ]);
  assert.deepEqual(turns, came);
  assert.equal(turns.at(-1)?.[1], 1, 'the turn of the long think time came last');
});

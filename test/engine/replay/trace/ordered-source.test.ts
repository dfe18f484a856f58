import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../../../engine/replay/replay.ts';
import { RECORD_FIELDS } from '../../../../engine/replay/request-records.ts';
import { OrderedSource } from '../../../../engine/replay/trace/ordered-source.ts';
import { readTrace } from '../../../../engine/replay/trace/trace-reader.ts';
import { TraceRequest } from '../../../../engine/replay/trace/trace-source.ts';
import { TableSource } from '../../../../engine/replay/trace/trace-table.ts';
import { replayConfig } from '../replay-rig.ts';

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

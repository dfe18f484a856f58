import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TraceRow } from '../../../lab/traces/trace-row.ts';
import { TraceRequest } from '../../../lab/traces/trace-source.ts';
import {
  TableSource,
  type TraceTable,
  TraceTableBuilder,
} from '../../../lab/traces/trace-table.ts';
import { arrivalsOf, sessionsOf } from './requests.ts';

interface RowFields {
  readonly timeUs: number;
  readonly waits?: boolean;
  readonly sessionKey?: string | number;
}

function tableOf(rows: readonly RowFields[]): TraceTable {
  const builder = new TraceTableBuilder();
  for (const { timeUs, waits = false, sessionKey } of rows) {
    const row = new TraceRow();
    row.timeUs = timeUs;
    row.waits = waits;
    row.sessionKey = sessionKey;
    row.promptTokens = 10;
    row.outputTokens = 5;
    builder.add(row);
  }
  return builder.build();
}

test('requests come in order of arrival, equal times in file order', () => {
  const table = tableOf([{ timeUs: 5 }, { timeUs: 2 }, { timeUs: 5 }, { timeUs: 0 }]);
  const rows = arrivalsOf(new TableSource(table));
  assert.deepEqual(
    rows.map((row) => row.arrivalUs),
    [0, 2, 5, 5],
  );
  assert.deepEqual(
    rows.map((row) => row.session),
    [3, 1, 0, 2],
  );
});

test('rows without a session are sessions of one turn, rows with one are its turns', () => {
  const a = { sessionKey: 'a' };
  const table = tableOf([{ timeUs: 0, ...a }, { timeUs: 1 }, { timeUs: 2, ...a }, { timeUs: 3 }]);
  const rows = arrivalsOf(new TableSource(table));
  assert.deepEqual(
    rows.map((row) => row.session),
    [0, 1, 0, 2],
  );
  assert.deepEqual(
    rows.map((row) => row.turn),
    [0, 0, 1, 0],
  );
  assert.deepEqual(
    rows.map((row) => row.turnsAfter),
    [0, 0, 0, 0],
  );
});

test('the session policy goes by the number that a file gives a session, if it names one', () => {
  const table = tableOf([
    { timeUs: 0, sessionKey: 4e9 },
    { timeUs: 1 },
    { timeUs: 2, sessionKey: 'a' },
    { timeUs: 3, sessionKey: 4e9 },
  ]);
  const source = new TableSource(table);
  const request = new TraceRequest();
  const keys: unknown[] = [];
  while (source.next(request)) keys.push(request.sessionKey);
  assert.deepEqual(keys, [4e9, undefined, 2, 4e9]);
});

test('a turn that waits comes only after the one before it, and says how many do', () => {
  const a = { sessionKey: 'a' };
  const table = tableOf([
    { timeUs: 100, ...a },
    { timeUs: 7, waits: true, ...a },
    { timeUs: 200 },
    { timeUs: 8, waits: true, ...a },
    { timeUs: 900, ...a },
  ]);
  const sessions = sessionsOf(new TableSource(table), 1000);
  const turns = sessions.map((session) => session.map((turn) => turn.arrivalUs));
  assert.deepEqual(turns, [[100, 1107, 2115], [200], [900]]);
  assert.deepEqual(
    sessions[0]?.map((turn) => turn.turnsAfter),
    [2, 1, 0],
  );
});

test('a session cannot start with a turn that waits', () => {
  const first = { timeUs: 1, waits: true, sessionKey: 'a' };
  assert.throws(() => tableOf([first]), {
    name: 'TraceFault',
    message: /first turn of its session/,
  });
});

test('two sources read one table, whose columns are shared memory', () => {
  const table = tableOf(Array.from({ length: 3000 }, (_, row) => ({ timeUs: row * 1000 })));
  assert.deepEqual(arrivalsOf(new TableSource(table)), arrivalsOf(new TableSource(table)));
  for (const column of Object.values(table)) assert.ok(column.buffer instanceof SharedArrayBuffer);
  assert.equal(table.timeUs.length, 3000);
});

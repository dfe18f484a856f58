import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECORD_FIELDS } from '../../../lab/measure/request-records.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import { replayConfig, run } from '../simulate/replay-rig.ts';

const CHATS = {
  workload: 'multi-turn',
  parameters: { requests: 200, qps: 10, thinkSeconds: 1, outputTokens: 80 },
} as const;

test('the rate of arrivals is that from the first to the last', () => {
  const { result, records } = replay(replayConfig(CHATS), { records: true });
  const width = RECORD_FIELDS.length;
  const column = RECORD_FIELDS.indexOf('arrival_us');
  const arrivals = Array.from({ length: 200 }, (_, row) => records![row * width + column]!);
  const spanUs = Math.max(...arrivals) - Math.min(...arrivals);
  assert.equal(result.arrivalsPerSecond, (199 / spanUs) * 1e6);
});

test('turns that wait for answers arrive more slowly than was asked for', () => {
  const { arrivalsPerSecond } = run(CHATS);
  assert.ok(arrivalsPerSecond < 8, `${arrivalsPerSecond} a second`);
  const open = run({ workload: 'shared-prefix', parameters: { requests: 2000, qps: 10 } });
  assert.ok(Math.abs(open.arrivalsPerSecond - 10) < 1, `${open.arrivalsPerSecond} a second`);
});

test('a lone request has no rate', () => {
  assert.equal(run({ ...CHATS, limit: 1 }).arrivalsPerSecond, 0);
});

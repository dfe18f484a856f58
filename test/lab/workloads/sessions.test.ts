import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TraceRequest } from '../../../lab/traces/trace-source.ts';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { timeUs } from '../../../shared/units.ts';
import { hashesOf, plain, sessionsOf } from '../traces/requests.ts';

function sessions(parameters = {}, workload = 'multi-turn') {
  return sessionsOf(createWorkload({ workload, parameters, seed: 4 }), 0);
}

test('the parameters are the means that come out', () => {
  const parameters = { requests: 40_000, turns: 4, thinkSeconds: 30, qps: 8, systemTokens: 500 };
  const all = sessions(parameters);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const near = (values: readonly number[], expected: number): void =>
    assert.ok(Math.abs(mean(values) / expected - 1) < 0.05, `${mean(values)} for ${expected}`);
  near(
    all.map((session) => session.length),
    4,
  );
  near(
    all.map(([first]) => (first?.promptTokens ?? 0) - 500),
    400,
  );
  near(
    all.flat().map((turn) => turn.outputTokens),
    300,
  );
  const later = all.flatMap((session) =>
    session.slice(1).map((turn, at) => ({ turn, before: session[at]! })),
  );
  near(
    later.map(({ turn, before }) => (turn.arrivalUs - before.arrivalUs) / 1e6),
    30,
  );
  near(
    later.map(({ turn, before }) => turn.promptTokens - before.promptTokens - before.outputTokens),
    80,
  );
  const starts = all.map(([first]) => first?.arrivalUs ?? 0);
  near([40_000 / (starts.at(-1)! / 1e6)], 8);
});

test('sessions share their system prompt within a group and nothing else', () => {
  const all = sessions({ requests: 200, groups: 3, systemTokens: 64, turns: 1, inputCv: 0 });
  const starts = new Set(all.map(([first]) => hashesOf(first!, 64)[0]));
  const seconds = new Set(all.map(([first]) => hashesOf(first!, 64)[1]));
  assert.equal(starts.size, 3);
  assert.equal(seconds.size, 200);
});

test('a session ends before it outgrows the context, and says so from its first turn', () => {
  const maxTokens = 20_000;
  for (const session of sessions({ requests: 500, turns: 50, maxTokens }, 'agentic')) {
    for (const { promptTokens, outputTokens } of session) {
      assert.ok(promptTokens + outputTokens <= maxTokens);
    }
  }
  const uncut = sessions({ requests: 500, turns: 50, maxTokens }, 'agentic').slice(0, -1);
  for (const session of uncut) assert.equal(session[0]?.turnsAfter, session.length - 1);
});

test('a later turn does not depend on when it is asked for, nor how often', () => {
  const source = createWorkload({ workload: 'multi-turn', parameters: { turns: 9 }, seed: 4 });
  const request = new TraceRequest();
  const session = { number: 0 };
  while (source.next(request) && request.turnsAfter === 0) session.number++;
  const ask = (endedUs: number) => {
    assert.ok(source.followUp(request.session, 0, timeUs(endedUs), request));
    return plain(request);
  };
  const first = ask(1000);
  for (let others = 0; others < 10; others++) source.next(new TraceRequest());
  assert.deepEqual(ask(5000), { ...first, arrivalUs: first.arrivalUs + 4000 });
});

test('instructions that leave no room are refused', () => {
  const parameters = { systemTokens: 1000, maxTokens: 1001 };
  assert.throws(() => sessions(parameters), { name: 'WorkloadError', message: /^systemTokens/ });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrangedSource, type Arrangement } from '../../../lab/traces/arranged-source.ts';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { fc } from '../../support/property.ts';
import { type PlainRequest, sessionsOf } from './requests.ts';

const SPEC = { workload: 'multi-turn', parameters: { requests: 60, turns: 3 }, seed: 5 };

function arranged(arrangement: Arrangement): PlainRequest[][] {
  return sessionsOf(new ArrangedSource(createWorkload(SPEC), arrangement));
}

const all = arranged({});

test('a rate keeps the order and the requests, and divides the arrival times', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), (rate) => {
      const scaled = arranged({ rate });
      assert.deepEqual(scaled.map(contents), all.map(contents));
      let before = 0;
      scaled.forEach(([first], at) => {
        assert.equal(first?.arrivalUs, Math.round(all[at]![0]!.arrivalUs / rate));
        assert.ok(first.arrivalUs >= before);
        before = first.arrivalUs;
      });
    }),
    { numRuns: 20 },
  );
});

test('think times are not scaled', () => {
  const thinks = (session: readonly PlainRequest[]): number[] =>
    session.slice(1).map((turn, at) => turn.arrivalUs - session[at]!.arrivalUs);
  assert.deepEqual(arranged({ rate: 10 }).map(thinks), all.map(thinks));
});

test('a limit keeps exactly that many requests, cutting the last session', () => {
  for (let limit = 0; limit <= 60; limit++) {
    const kept = arranged({ limit });
    assert.equal(kept.flat().length, limit);
    const expected = all
      .flat()
      .slice(0, limit)
      .map(({ segments }) => segments);
    assert.deepEqual(
      kept.flat().map(({ segments }) => segments),
      expected,
    );
    for (const session of kept) {
      const after = session.map((_, at) => session.length - 1 - at);
      assert.deepEqual(
        session.map((turn) => turn.turnsAfter),
        after,
      );
    }
  }
});

test('a skip leaves out whole sessions and starts the clock at the first that is kept', () => {
  const kept = arranged({ skip: all[0]!.length + 1 });
  assert.deepEqual(kept.map(contents), all.slice(2).map(contents));
  const startUs = all[2]![0]!.arrivalUs;
  assert.deepEqual(
    kept.map(([first]) => first?.arrivalUs),
    all.slice(2).map(([first]) => first!.arrivalUs - startUs),
  );
});

test('more skipped than there is leaves nothing', () => {
  assert.deepEqual(arranged({ skip: 1000 }), []);
});

function contents(session: readonly PlainRequest[]): unknown {
  return session.map(({ segments, promptTokens, session: number, turn }) => {
    return { segments, promptTokens, number, turn };
  });
}

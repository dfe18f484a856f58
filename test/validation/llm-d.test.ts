import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { PolicyName } from '../../shared/policy-names.ts';
import { assertRising, assertWithin } from './cluster.ts';
import { llmdFigures, type RunFigures } from './llm-d-figures.ts';
import { STAGES } from './llm-d-run.ts';

/** Targets E and F of docs/validation.md. */

const BLIND = ['random', 'llm-d-load'] as const;
const AWARE = ['llm-d', 'llm-d-default', 'smart', 'cache-aware'] as const;

/** Time to first token above which a stage counts as not kept up with, in seconds. */
const KNEE_TTFT = 1;

for (const itlMs of [50, 25]) {
  describe(`llm-d's run at 73 % of its cache, gaps of ${itlMs} ms`, () => {
    const figures = new Map<PolicyName, RunFigures>();
    const of = (policy: PolicyName): RunFigures => {
      const run = figures.get(policy);
      assert.ok(run !== undefined);
      return run;
    };
    /** The rate of the first stage that is not kept up with. */
    const knee = (policy: PolicyName): number => {
      const stage = of(policy).stages.findIndex(({ ttftMean }) => ttftMean > KNEE_TTFT);
      return STAGES[stage]?.perSecond ?? Number.POSITIVE_INFINITY;
    };

    before(async () => {
      for (const policy of [...BLIND, ...AWARE]) {
        figures.set(policy, await llmdFigures({ policy, itlMs }));
      }
    });

    test('E: policies that see what is cached serve more, and answer sooner', () => {
      for (const aware of AWARE) {
        for (const blind of BLIND) {
          const gain = of(aware).all.tokensPerSecond / of(blind).all.tokensPerSecond;
          assertWithin(gain, 2, 3, `${aware} over ${blind}`);
          assertRising([100 * of(aware).all.ttftMean, of(blind).all.ttftMean], 'mean TTFT');
        }
      }
    });

    test('E: what was sent is as good a guide as what is cached, which was not so in the run', () => {
      const sent = of('llm-d-default').all;
      const cached = of('llm-d').all;
      assertWithin(sent.tokensPerSecond / cached.tokensPerSecond, 0.99, 1.01, 'gain');
      assertWithin(sent.ttftMean / cached.ttftMean, 0.97, 1.03, 'mean TTFT');
    });

    test('E: load alone is no better a guide than chance', () => {
      const gain = of('llm-d-load').all.tokensPerSecond / of('random').all.tokensPerSecond;
      assertWithin(gain, 0.9, 1.1, 'gain');
    });

    test('F: they keep up with every rate of the run, and blind policies fail from 20 on', () => {
      for (const blind of BLIND) assertWithin(knee(blind), 15, 25, `knee of ${blind}`);
      for (const aware of AWARE) {
        assert.equal(knee(aware), Number.POSITIVE_INFINITY, `knee of ${aware}`);
      }
    });
  });
}

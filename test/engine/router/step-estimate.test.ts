import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepEstimate } from '../../../engine/router/step-estimate.ts';
import type { LatencyConfig } from '../../../shared/latency-config.ts';
import { latencyProfile } from '../../../shared/latency-profiles.ts';
import { stepUs } from '../worker/latency/latency-rig.ts';

/** What `latency-rig` makes its models of. */
const MAX_NUM_SEQS = 101;

const CONSTANT: LatencyConfig = {
  kind: 'constant',
  ttftUs: 100_000,
  ttftVariancePercent: 10,
  itlUs: 20_000,
  itlVariancePercent: 10,
  ttftFixedShare: 0.25,
};

const CONFIGS = [
  CONSTANT,
  ...['8b-h100', 'dynamo-mocker', 'llama-3.1-70b'].map((name) => latencyProfile(name)!),
];

for (const config of CONFIGS) {
  const estimate = new StepEstimate(config, MAX_NUM_SEQS);

  test(`a prefill takes as long as a step of the ${config.kind} model that is that prefill`, () => {
    for (const running of [1, 51, 101]) {
      for (const [tokens, prompt] of [
        [1, 1000],
        [400, 1000],
        [8192, 8192],
      ] as const) {
        const step = { chunks: [[tokens, prompt]], starts: 1, running } as const;
        assert.equal(
          Math.round(estimate.prefillUs(tokens, prompt, running)),
          stepUs(config, step),
          `${tokens} of ${prompt} tokens, ${running} running`,
        );
      }
    }
  });

  test(`a decode step takes as long as one of the ${config.kind} model`, () => {
    for (const running of [1, 51, 101]) {
      for (const cacheUse of [0, 0.4, 1]) {
        assert.equal(
          Math.round(estimate.decodeStepUs(running, cacheUse)),
          stepUs(config, { decodes: running, running, cacheUse }),
          `${running} running, cache use ${cacheUse}`,
        );
      }
    }
  });

  test(`no tokens take no time in the ${config.kind} model`, () => {
    assert.equal(estimate.prefillUs(0, 1000, 1), 0);
  });
}

test('a worker for one sequence has no load to speak of', () => {
  const single = new StepEstimate(latencyProfile('8b-h100')!, 1);
  assert.equal(single.decodeStepUs(1, 0), 12_000);
});

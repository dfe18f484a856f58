import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkload, resolveWorkload, workloads } from '../../../lab/workloads/workloads.ts';
import { hashesOf, type PlainRequest, sessionsOf } from '../traces/requests.ts';

function all(workload: string, seed: number, parameters = {}): PlainRequest[][] {
  return sessionsOf(
    createWorkload({ workload, parameters: { requests: 150, ...parameters }, seed }),
  );
}

for (const [name, { presets, parameters }] of workloads) {
  for (const spec of [name, ...Object.keys(presets).map((preset) => `${name}:${preset}`)]) {
    test(`${spec}: the seed decides, and every request is a possible one`, () => {
      const requests = all(spec, 7).flat();
      assert.deepEqual(all(spec, 7).flat(), requests);
      assert.notDeepEqual(all(spec, 8).flat(), requests);
      assert.equal(requests.length, 150);
      const turns = new Set(requests.map(({ session, turn }) => `${session}:${turn}`));
      assert.equal(turns.size, 150);
      for (const { arrivalUs, promptTokens, outputTokens, segments } of requests) {
        assert.ok(Number.isInteger(arrivalUs) && arrivalUs >= 0);
        assert.ok(Number.isInteger(promptTokens) && promptTokens >= 1);
        assert.ok(Number.isInteger(outputTokens) && outputTokens >= 1);
        assert.equal(segments.at(-1), promptTokens + outputTokens);
      }
    });

    test(`${spec}: requests that wait for no answer come in order of arrival`, () => {
      const times = all(spec, 9).map(([first]) => first?.arrivalUs ?? 0);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    });

    test(`${spec}: more requests are the same ones first`, () => {
      const few = all(spec, 7, { requests: 40 })
        .flat()
        .map(({ segments }) => segments);
      assert.deepEqual(
        few,
        all(spec, 7)
          .flat()
          .slice(0, 40)
          .map(({ segments }) => segments),
      );
    });
  }

  test(`${name}: every default is in its range and explained`, () => {
    for (const { value, min, max, help } of Object.values(parameters)) {
      assert.ok(value >= min && value <= max && help.length > 10);
    }
  });
}

for (const name of ['multi-turn', 'agentic']) {
  test(`${name}: blocks of prompt and answer start the next prompt, at any block size`, () => {
    for (const blockSize of [16, 48, 64, 512]) {
      for (const session of all(name, 3, { turns: 5 })) {
        for (let turn = 1; turn < session.length; turn++) {
          const before = hashesOf(session[turn - 1]!, blockSize);
          const now = hashesOf(session[turn]!, blockSize);
          assert.deepEqual(now.slice(0, before.length), before);
          const promptBlocks = Math.floor(session[turn]!.promptTokens / blockSize);
          assert.ok(before.length <= promptBlocks);
        }
      }
    }
  });
}

test('a spec resolves to the values of all parameters, overrides before preset', () => {
  const spec = { workload: 'shared-prefix:llm-d', parameters: { qps: 60 }, seed: 1 };
  const values = resolveWorkload(spec);
  assert.equal(values.qps, 60);
  assert.equal(values.groups, 150);
  assert.equal(values.zipf, 0);
});

test('an unknown workload or preset is refused, with those there are', () => {
  const create = (workload: string) => () => createWorkload({ workload, parameters: {}, seed: 1 });
  assert.throws(create('nope'), {
    name: 'WorkloadError',
    message: /^no workload nope; there are conv/,
  });
  assert.throws(create('lengths:x'), { message: /^no preset x of lengths; there are none/ });
  assert.throws(create('shared-prefix:constructor'), { message: /there are sglang, llm-d/ });
});

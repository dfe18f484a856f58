import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyModule } from 'fakeai/policy-module';
import { ModulePolicy } from '../../../engine/router/policies/module-policy.ts';
import { importPolicy, policyName } from '../../../engine/router/policy-source.ts';
import { clusterView, routeRequest } from './cluster-view.ts';

const CLUSTER = { workers: 4, blockSize: 16, seed: 1 };

function fileOf(code: string) {
  return { file: 'mine.ts', sha256: '', code };
}

describe('the import of a policy', () => {
  test('gives what the file exports, with variables of its own for each instance', async () => {
    const file = fileOf(`let asked = 0;
      export default { create: () => ({ choose: () => asked++ }) };`);
    const [one, two] = [await importPolicy(file, 1), await importPolicy(file, 2)];
    const view = clusterView({ workers: 4 });
    const chosen = [one, one, two].map((module) =>
      new ModulePolicy('mine.ts', module, CLUSTER).choose(routeRequest(), view),
    );
    assert.deepEqual(chosen, [0, 1, 0]);
  });

  test("may import Node's own modules, and no file", async () => {
    const own = fileOf(`import { createHash } from 'node:crypto';
      export default { name: typeof createHash, create: () => ({ choose: () => 0 }) };`);
    assert.equal((await importPolicy(own, 1)).name, 'function');
    await assert.rejects(importPolicy(fileOf("import './other.js';"), 1), {
      name: 'PolicyError',
      message:
        `mine.ts: it imports "./other.js"; a policy is one file, which may import types, and ` +
        "Node's own modules",
    });
  });

  const EXPECTED = 'expected export default { create(cluster) { ... } }, with a name or without';
  for (const [code, message] of [
    ['export const x = 1;', `mine.ts: it has no default export; ${EXPECTED}`],
    ['export default 7;', `mine.ts: its default export is 7; ${EXPECTED}`],
    ['export default { choose() {} };', `mine.ts: its default export is an object; ${EXPECTED}`],
    [
      'export default { name: 7, create() {} };',
      `mine.ts: its default export is an object; ${EXPECTED}`,
    ],
    ['a b', "mine.ts: its import threw SyntaxError: Unexpected identifier 'b'"],
    ['\n\nnull.x;', /^mine\.ts:3: its import threw TypeError: Cannot read properties of null/],
  ] as const) {
    test(`says what is wrong: ${code.trim()}`, async () => {
      await assert.rejects(importPolicy(fileOf(code), 1), { name: 'PolicyError', message });
    });
  }
});

test('an error of a policy names the line that it comes from', async () => {
  const code = `export default {
    create: () => ({
      choose: (request, workers) => workers[request.promptBlocks].id,
    }),
  };`;
  const module = await importPolicy(fileOf(code), 1);
  const policy = new ModulePolicy('mine.ts', module, CLUSTER);
  assert.throws(
    () => policy.choose(routeRequest({ promptBlocks: 9 }), clusterView({ workers: 4 })),
    { message: /^mine\.ts:3: choose threw TypeError: Cannot read properties of undefined/ },
  );
});

test('a policy is called what it says, or what its file is called', () => {
  const create: PolicyModule['create'] = () => ({ choose: () => 0 });
  assert.equal(policyName({ create }, 'least-cached.v2.ts'), 'least-cached.v2');
  assert.equal(policyName({ name: 'other', create }, 'mine.mjs'), 'other');
  for (const taken of ['smart', 'all']) {
    assert.throws(() => policyName({ create }, `${taken}.ts`), {
      message: `${taken}.ts: the policy's name, ${taken}, is taken; give it another name`,
    });
  }
  for (const name of ['', 'a b', 'x'.repeat(41), '-']) {
    assert.throws(() => policyName({ name, create }, 'mine.ts'), {
      message:
        /^mine\.ts: the policy's name is ".*"; expected up to 40 letters, digits, _, \. and -$/,
    });
  }
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { policyOf } from '../../cli/policy-file.ts';
import { importPolicy } from '../../engine/router/policy-source.ts';
import type { FileContent } from '../../shared/settings/parse-value.ts';

const CLUSTERS = [2, 8].map((workers) => ({ workers, blockSize: 16, seed: 1 }));

const TYPED = `import type { PolicyModule } from 'fakeai/policy-module';
interface Memory { asked: number }
const policy: PolicyModule = {
  create: () => {
    const memory: Memory = { asked: 0 };
    return { choose: (_request, workers) => workers[memory.asked++ % workers.length]!.id };
  },
};
export default policy;
`;

async function load(path: string, content: FileContent) {
  let error = '';
  const context = {
    readFile: () => content,
    writeError: (text: string) => {
      error += text;
    },
    exitCode: 0,
  };
  const policy = await policyOf(context, path, CLUSTERS);
  return { policy, error, exitCode: context.exitCode };
}

function loadText(path: string, text: string) {
  return load(path, { kind: 'text', text });
}

describe('the file of a policy', () => {
  test('is imported without its types, and named by its hash', async () => {
    const { policy, error, exitCode } = await loadText('some/folder/in-turn.ts', TYPED);
    assert.deepEqual([error, exitCode], ['', 0]);
    assert.ok(policy !== undefined);
    assert.equal(policy.name, 'in-turn');
    assert.equal(policy.file, 'in-turn.ts');
    assert.equal(policy.sha256, createHash('sha256').update(TYPED).digest('hex'));
    assert.equal(policy.code.split('\n').length, TYPED.split('\n').length);
    assert.equal(typeof (await importPolicy(policy, 1)).create, 'function');
  });

  test('of JavaScript is taken as it is', async () => {
    const text = 'export default { name: "x", create: () => ({ choose: () => 1 < 2 ? 1 : 0 }) };';
    for (const path of ['a.js', 'a.mjs']) {
      const { policy } = await loadText(path, text);
      assert.deepEqual([policy?.name, policy?.code], ['x', text]);
    }
  });

  for (const [path, content, message] of [
    ['a.json', { kind: 'missing' }, 'a.json: expected a module, .ts, .mts, .js or .mjs'],
    ['no/a.ts', { kind: 'missing' }, 'no/a.ts: there is no such file'],
    ['a.ts', { kind: 'unreadable', reason: 'EACCES' }, 'a.ts: cannot be read: EACCES'],
    ['a.ts', { kind: 'text', text: '\nconst a = ;' }, 'a.ts:2: Expression expected'],
    [
      'a.ts',
      { kind: 'text', text: 'enum A { b }' },
      'a.ts:1: TypeScript enum is not supported in strip-only mode',
    ],
    [
      'a.js',
      { kind: 'text', text: 'export default { create: () => ({ choose: () => 7 }) };' },
      'a.js: choose returned 7; expected the id of an eligible worker, 0 to 1',
    ],
    [
      'smart.js',
      { kind: 'text', text: 'export default { create: () => ({ choose: () => 0 }) };' },
      "smart.js: the policy's name, smart, is taken; give it another name",
    ],
  ] as const) {
    test(`is refused in one line: ${message}`, async () => {
      const { policy, error, exitCode } = await load(path, content);
      assert.equal(policy, undefined);
      assert.equal(error, `fakeai: --policy-module ${message}\n`);
      assert.equal(exitCode, 2);
    });
  }
});

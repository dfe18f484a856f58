import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readTextFile } from '../../cli/cli.ts';
import { policyOf } from '../../cli/policy-file.ts';
import { runLab } from '../cli/commands/lab-rig.ts';
import { ask, chatBody, prompt, refused } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream } from '../support/open-stream.ts';
import {
  endProcess,
  INSTANT,
  type ServerProcess,
  spawnCli,
  spawnServer,
  startServer,
  type TestServer,
} from '../support/server.ts';

/** Policies of the user's own, from the file to the client; the first is that of the docs. */

const folder = mkdtempSync(join(tmpdir(), 'fakeai-policy-'));
after(() => rmSync(folder, { recursive: true }));

const FAILURES = 'fakeai_policy_module_failures_total';

const EXAMPLE = fileOf('least-work.ts', exampleOfDocs());

function exampleOfDocs(): string {
  const docs = readFileSync('docs/router.md', 'utf8');
  return /```ts\n(.*?)```/s.exec(docs)?.[1] ?? assert.fail('docs/router.md has an example');
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function adminView(origin: string) {
  const text = await (await fetch(`${origin}/admin/routing`)).text();
  const { policy, policy_module: module } = JSON.parse(text);
  return { policy, ...module };
}

async function metric(origin: string, name: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics/prometheus`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

describe('the example of the docs', () => {
  let server: ServerProcess;
  before(async () => {
    server = await spawnServer(`${INSTANT} --policy-module ${EXAMPLE}`);
  });
  after(() => endProcess(server));

  it('has thirty lines, and keeps to the types', () => {
    assert.ok(exampleOfDocs().trimEnd().split('\n').length <= 30);
    fileOf('package.json', '{ "type": "module" }');
    const config = fileOf(
      'tsconfig.json',
      JSON.stringify({
        extends: resolve('tsconfig.json'),
        compilerOptions: {
          paths: { 'fakeai/policy-module': [resolve('engine/router/policy-module.ts')] },
          types: [],
        },
        include: [EXAMPLE],
      }),
    );
    execFileSync('node_modules/.bin/tsc', ['-p', config], { stdio: 'pipe' });
  });

  it('routes a live server, which shows what its decisions take', async () => {
    const body = chatBody(prompt('shared', 60), { max_tokens: 4 });
    const workers = [];
    for (let turn = 0; turn < 3; turn++) {
      workers.push((await ask(server, body)).headers.get('x-fakeai-worker'));
    }
    assert.equal(new Set(workers).size, 1, 'where the prompt is, there is least to compute');
    const { policy, file, decisions, failures, decision_us: us } = await adminView(server.origin);
    assert.deepEqual([policy, file, decisions, failures], ['least-work', 'least-work.ts', 3, 0]);
    assert.ok(us.mean > 0 && us.p99 > 0);
    assert.equal(await metric(server.origin, 'fakeai_policy_module_seconds_count'), 3);
    assert.equal(await metric(server.origin, FAILURES), 0);
  });

  it('is compared in a replay', async () => {
    const { code, out, error } = await runLab(
      `replay --set requests=300 --rate 5 --policies random --policy-module ${EXAMPLE} --out x`,
    );
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^least-work +\d+ /m);
    assert.match(out, /^A decision of least-work took /m);
  });
});

/** Fails for long prompts, in one way or the other. */
const FAILING = `import type { PolicyModule } from 'fakeai/policy-module';
const policy: PolicyModule = {
  create: () => ({
    choose({ promptBlocks }, workers) {
      if (promptBlocks > 20) throw new TypeError('no idea');
      return promptBlocks > 10 ? 9 : workers[1]!.id;
    },
  }),
};
export default policy;
`;

describe('a policy that fails', () => {
  let server: TestServer;
  before(async () => {
    const context = { readFile: readTextFile, writeError: assert.fail, exitCode: 0 };
    const file = fileOf('failing.ts', FAILING);
    const policy = await policyOf(context, file, [{ workers: 2, blockSize: 16, seed: 1 }]);
    server = await startServer(INSTANT, undefined, policy);
  });
  after(() => server.stop());

  const EXPECTED = 'expected the id of an eligible worker, 0 to 1';
  for (const [words, reason] of [
    [250, `failing.ts: choose returned 9; ${EXPECTED}`],
    [400, 'failing.ts:5: choose threw TypeError: no idea'],
  ] as const) {
    it(`ends its request and no other: ${reason}`, async () => {
      const failures = await metric(server.origin, FAILURES);
      const open = await openStream(server);
      for (const body of [{}, { stream: true }, { n: 3 }]) {
        const { status, error } = await refused(server, chatBody(prompt('long', words), body));
        assert.equal(status, 500);
        assert.deepEqual([error.code, error.type], ['policy_failed', 'server_error']);
        assert.equal(
          error.message,
          `The routing policy of --policy-module failed: ${reason}. Correct it, and start the server again.`,
        );
      }
      await open.readThrough('data: [DONE]');
      await open.close();
      const { headers } = await ask(server, chatBody('short', { n: 3, max_tokens: 2 }));
      assert.equal(headers.get('x-fakeai-worker'), 'worker-1');
      assert.equal(await metric(server.origin, FAILURES), failures + 3);
      await eventually('all have ended', () => server.gateway.cluster.inFlight === 0);
      server.gateway.cluster.checkInvariants();
      assert.equal(server.gateway.router.index.bookedBits, 0);
    });
  }

  it('is asked once for all choices of a prompt', async () => {
    const { decisions } = await adminView(server.origin);
    await ask(server, chatBody('short', { n: 3, max_tokens: 2 }));
    assert.equal((await adminView(server.origin)).decisions, decisions + 1);
  });
});

it('a server does not start with a policy that is refused', async () => {
  const file = fileOf('refused.ts', 'export default { create: () => ({ choose: () => 4 }) };');
  const { exit, errorOutput } = spawnCli(`serve --port 0 --policy-module ${file}`);
  assert.equal(await exit, 2);
  assert.equal(
    errorOutput(),
    'fakeai: --policy-module refused.ts: choose returned 4; expected the id of an eligible worker, 0 to 3\n',
  );
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { spawnCli } from '../support/server.ts';

/** Commands of the lab as processes that are told to stop, with more requests than they can do. */

for (const command of ['replay', 'capacity', 'tune']) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`fakeai ${command} ends on ${signal} with 1 and one line`, async () => {
      const flags = '--workload lengths --set requests=3e5 --threads 1';
      const { child, exit, errorOutput } = spawnCli(`${command} ${flags}`);
      // Its first line says what it is about to run.
      await once(child.stdout, 'data');
      child.kill(signal);
      assert.equal(await exit, 1);
      assert.match(errorOutput(), /^fakeai: stopped after 0 of [^\n]*\n$/);
    });
  }
}

test('fakeai analyze describes on SIGINT what it has read, and ends with 1', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fakeai-stopped-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const flags = `--workload multi-turn --set requests=3e5 --block-size 1 --out ${folder}`;
  const { child, exit, errorOutput } = spawnCli(`analyze ${flags}`);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  assert.equal(await exit, 1);
  assert.match(errorOutput(), /^fakeai: stopped after [\d,]+ of 300,000 requests\n$/);
  const { isComplete, stats } = JSON.parse(await readFile(join(folder, 'analyze.json'), 'utf8'));
  assert.equal(isComplete, false);
  assert.ok(stats.requests > 0);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
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

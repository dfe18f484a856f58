import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Piscina } from 'piscina';
import { type ThreadRunner, workerThreads } from '../../../engine/host/thread-runner.ts';

test('a thread that fails after its task has ended does not end the process', async (t) => {
  let pool: Piscina | undefined;
  const run = t.mock.method(Piscina.prototype, 'run', function (this: Piscina) {
    pool = this;
    return Promise.resolve();
  });
  const runner = workerThreads(1, 48);
  try {
    const { port1: port } = new MessageChannel();
    const task = { port } as unknown as Parameters<ThreadRunner['run']>[0];
    await runner.run(task, new AbortController().signal);
    assert.equal(run.mock.callCount(), 1);
    assert.ok(pool?.emit('error', new Error('out of memory')));
    port.close();
  } finally {
    await runner.destroy();
  }
});

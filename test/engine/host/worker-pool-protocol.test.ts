import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch } from '../../../shared/protocol.ts';
import { type ScriptedThread, ScriptedThreads } from '../../support/scripted-threads.ts';
import { PoolRig } from './pool-rig.ts';

/** A pool of three workers on two threads, whose threads the test plays. */
async function scripted(t: TestContext): Promise<{ rig: PoolRig; threads: ScriptedThreads }> {
  const threads = new ScriptedThreads();
  const rig = new PoolRig(3, 2, threads);
  t.after(async () => {
    const stopped = rig.pool.stop();
    await threads.destroy();
    await stopped;
  });
  await rig.pool.start();
  rig.ups.length = 0;
  return { rig, threads };
}

const of = (worker: number): EventBatch => new EventBatch(workerId(worker));

describe('a thread that says what cannot be', () => {
  for (const [name, say] of [
    ['bytes that are no message', (thread) => thread.sayBytes(Uint8Array.of(0))],
    ["something of another thread's worker", (thread) => thread.say(of(1))],
    ['something of a worker that does not exist', (thread) => thread.say(of(77))],
    [
      'something of a worker that has crashed',
      (thread) => {
        thread.say({ kind: 'crashed', worker: workerId(2), message: 'x' }, of(2));
      },
    ],
  ] as const satisfies readonly (readonly [string, (thread: ScriptedThread) => void])[]) {
    test(`${name}, is ended and started again, and no other thread is`, async (t) => {
      const { rig, threads } = await scripted(t);
      const [first, second] = threads.all;
      assert.ok(first !== undefined && second !== undefined);
      second.say(of(1));
      say(first);
      await rig.until('both workers to be back', () => rig.ups.length === 2);
      assert.deepEqual(rig.downs.at(-1)?.workers, [0, 2]);
      assert.match(rig.downs.at(-1)?.reason ?? '', /broke the protocol/);
      assert.deepEqual([first.isAborted, second.isAborted], [true, false]);
      assert.equal(threads.all.length, 3);
      assert.equal(rig.batches.length, 1);
      assert.deepEqual(
        [0, 1, 2].map((worker) => rig.pool.restarts(workerId(worker))),
        [1, 0, 1],
      );
    });
  }
});

describe('a thread that does not do its work', () => {
  test('for it cannot start is told of each time, and tried again until it can', async (t) => {
    const { rig, threads } = await scripted(t);
    let failures = 0;
    const { onStart } = threads;
    threads.onStart = (thread) => {
      if (failures++ < 2) thread.end(new Error('cannot start'));
      else onStart(thread);
    };
    threads.all[0]?.end(new Error('died'));
    await rig.until('both workers to be back', () => rig.ups.length === 2);
    assert.deepEqual(
      rig.downs.map(({ workers, reason }) => [...workers, reason]),
      [
        [0, 2, 'died'],
        [0, 2, 'cannot start'],
        [0, 2, 'cannot start'],
      ],
    );
  });

  test('is started again with a longer delay each time', async (t) => {
    const { rig, threads } = await scripted(t);
    const delaysMs: number[] = [];
    for (let death = 1; death <= 3; death++) {
      rig.ups.length = 0;
      rig.downs.length = 0;
      const diedMs = performance.now();
      threads.all.at(death === 1 ? 0 : -1)?.sayBytes(Uint8Array.of(0));
      await rig.until('the workers to be down', () => rig.downs.length > 0);
      delaysMs.push((rig.pool.restartAtMs(workerId(2)) ?? 0) - diedMs);
      await rig.until('the workers to be back', () => rig.ups.length === 2);
    }
    assert.ok(delaysMs[0]! >= 10 && delaysMs[1]! >= 20 && delaysMs[2]! >= 40, `${delaysMs}`);
  });

  test('and leaves its commands gets no new requests until it has caught up', async (t) => {
    const { rig, threads } = await scripted(t);
    const [first] = threads.all;
    assert.ok(first !== undefined);
    first.take();
    for (let request = 1; request <= 100; request++) rig.submit(request, 0);
    await rig.until('the thread to be behind', () => rig.behind.length === 1);
    assert.equal(first.take().length, 100);
    first.say(of(0));
    await rig.until('the thread to have caught up', () => rig.behind.length === 2);
    assert.deepEqual(rig.behind, [
      { workers: [0, 2], isBehind: true },
      { workers: [0, 2], isBehind: false },
    ]);
    assert.deepEqual(rig.downs, []);
  });
});

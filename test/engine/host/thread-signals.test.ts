import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ThreadSignals } from '../../../engine/host/thread-signals.ts';

/** Both ends of one thread's signals. */
function ends(): { pool: ThreadSignals; thread: ThreadSignals } {
  const pool = new ThreadSignals();
  return { pool, thread: new ThreadSignals(pool.buffer) };
}

describe('the signals of a thread', () => {
  test('do not let it sleep through a message that came after it looked', () => {
    const { pool, thread } = ends();
    const { wakes } = thread;
    pool.wake();
    thread.sleep(wakes, 60_000);
    assert.notEqual(thread.wakes, wakes);
  });

  test('say of every beat and every message taken that it is alive', () => {
    const { pool, thread } = ends();
    const seen = new Set([pool.beats]);
    thread.beat();
    seen.add(pool.beats);
    thread.took(10);
    seen.add(pool.beats);
    assert.equal(seen.size, 3);
  });

  test('count what is on its way past 32 bits', () => {
    const { pool, thread } = ends();
    let sent = 0;
    for (let message = 0; message < 20; message++) {
      sent = (sent + 2 ** 28) >>> 0;
      assert.equal(pool.untaken(sent), 2 ** 28);
      thread.took(2 ** 28 - 5);
      assert.equal(pool.untaken(sent), 5);
      thread.took(5);
      assert.equal(pool.untaken(sent), 0);
    }
  });
});

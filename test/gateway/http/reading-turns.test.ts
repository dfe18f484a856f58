import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReadingTurns } from '../../../gateway/http/reading-turns.ts';

/** Reads bodies that each take `us` of a clock that only they move. */
function rig(us: number) {
  let clockUs = 0;
  const read: number[] = [];
  const turns = new ReadingTurns(() => clockUs);
  const come = (name: number): void => {
    const body = {
      read: () => {
        read.push(name);
        clockUs += us;
      },
    };
    if (turns.hasTime) turns.now(body);
    else turns.later(body);
  };
  return { turns, read, come };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('bodies', () => {
  it('are read at once while the turn has time, and a few in each turn to come, in order', async () => {
    const { read, come } = rig(1000);
    const names = Array.from({ length: 10 }, (_, name) => name);
    for (const name of names) come(name);
    assert.equal(read.length, 4);
    await nextTurn();
    assert.equal(read.length, 8);
    come(10);
    assert.equal(read.length, 8, 'who comes later waits behind those that wait');
    await nextTurn();
    assert.deepEqual(read, [...names, 10]);
  });

  it('are one a turn where each takes longer than a turn has', async () => {
    const { read, come } = rig(50_000);
    for (let name = 0; name < 3; name++) come(name);
    for (const count of [1, 2, 3]) {
      assert.equal(read.length, count);
      await nextTurn();
    }
  });

  it('have a whole turn again in the next one', async () => {
    const { read, come } = rig(4000);
    come(0);
    await nextTurn();
    come(1);
    assert.deepEqual(read, [0, 1]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SlicedWork } from '../../../gateway/prompt/sliced-work.ts';

/** A job of `slices` slices that writes its name down for each. */
function job(name: string, slices: number, log: string[]): () => boolean {
  let left = slices;
  return () => {
    log.push(name);
    return --left === 0;
  };
}

describe('sliced work', () => {
  it('is done in turns, one slice of each job after the other', async () => {
    const work = new SlicedWork();
    const log: string[] = [];
    const jobs = [job('a', 3, log), job('b', 1, log), job('c', 2, log)];
    await Promise.all(jobs.map((slice) => work.run(slice)));
    assert.equal(log.join(''), 'abcaca');
    assert.equal(work.size, 0);
  });

  it('does one slice in a turn of the event loop', async () => {
    const work = new SlicedWork();
    const log: string[] = [];
    const done = work.run(job('a', 4, log));
    const turns: number[] = [];
    while (work.size > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      turns.push(log.length);
    }
    await done;
    assert.deepEqual(turns, [1, 2, 3, 4]);
  });

  it('lets few jobs begin at once, and the others in their order', async () => {
    const work = new SlicedWork();
    const log: string[] = [];
    const names = 'abcdefghijkl'.split('');
    await Promise.all(names.map((name) => work.run(job(name, 2, log))));
    assert.equal(log.slice(0, 8).join(''), 'abcdefgh');
    assert.deepEqual([...new Set(log)], names);
    assert.equal(log.length, 24);
  });

  it('ends a job that throws, and goes on with the others', async () => {
    const work = new SlicedWork();
    const log: string[] = [];
    const fails = work.run(() => {
      throw new Error('broken');
    });
    const other = work.run(job('a', 2, log));
    await assert.rejects(fails, /broken/);
    await other;
    assert.equal(log.join(''), 'aa');
  });
});

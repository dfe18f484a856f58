import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActiveBlocks } from '../../../../engine/router/policies/active-blocks.ts';
import { fc } from '../../../support/property.ts';

/**
 * Chained hashes of a prompt: `choices` says which way it goes at each block, and equal beginnings
 * give equal hashes. Few values of `lo` make neighbours in the table collide.
 */
function chain(choices: readonly number[]): Uint32Array {
  let path = 1;
  return Uint32Array.from(
    choices.flatMap((choice) => {
      path = (Math.imul(path, 0x01000193) + choice + 1) >>> 0;
      return [path % 7, path];
    }),
  );
}

function prefixes(choices: readonly number[]): string[] {
  return choices.map((_, block) => choices.slice(0, block + 1).join());
}

test('up to depth 16, blocks are those of the prompts that are there, each counted once', () => {
  const anyPrompt = fc.array(fc.nat(2), { maxLength: 16 });
  const anyStep = fc.record({ choices: anyPrompt, removes: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const active = new ActiveBlocks(10_000);
      const prompts: number[][] = [];
      for (const { choices, removes } of steps) {
        active.add(chain(choices), choices.length);
        prompts.push(choices);
        const removed = prompts[removes];
        if (removed !== undefined) {
          active.remove(chain(removed), removed.length);
          prompts.splice(removes, 1);
        }
        const expected = new Set(prompts.flatMap(prefixes));
        assert.equal(active.blocks, expected.size);
        const shared = prefixes(choices).filter((prefix) => expected.has(prefix)).length;
        assert.equal(active.match(chain(choices), choices.length), shared);
      }
      for (const choices of prompts) active.remove(chain(choices), choices.length);
      assert.equal(active.blocks, 0);
    }),
    { numRuns: 60 },
  );
});

test('at the limit further blocks are not counted, and what was not is not taken off', () => {
  const active = new ActiveBlocks(3);
  active.add(chain([0, 0]), 2);
  active.add(chain([1, 1]), 2);
  assert.equal(active.blocks, 3);
  assert.equal(active.forgottenBlocks, 1);
  active.remove(chain([1, 1]), 2);
  assert.equal(active.blocks, 2);
  active.remove(chain([0, 0]), 2);
  assert.equal(active.blocks, 0);
});

test('beyond, prompts share what ends with a rung that they share', () => {
  const long = (end: number, blocks: number) =>
    chain(Array.from({ length: blocks }, (_, block) => (block < end ? 0 : 1)));
  for (const [shared, found] of [
    [100, 96],
    [104, 104],
    [400, 384],
  ] as const) {
    const active = new ActiveBlocks(10_000);
    active.add(long(shared, 1000), 1000);
    assert.equal(active.blocks, 1000);
    assert.equal(active.match(long(1000, 1000), 1000), found);
    active.add(long(1000, 1000), 1000);
    assert.equal(active.blocks, 2000 - found);
    active.remove(long(shared, 1000), 1000);
    assert.equal(active.blocks, 1000);
  }
});

test('after a clear nothing is in use', () => {
  const active = new ActiveBlocks(1000);
  active.add(chain([0, 1, 2]), 3);
  active.clear();
  assert.equal(active.blocks, 0);
  assert.equal(active.match(chain([0, 1, 2]), 3), 0);
});

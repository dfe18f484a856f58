import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoutedBlocks } from '../../../../engine/router/policies/routed-blocks.ts';
import { fc } from '../../../support/property.ts';

/**
 * Chained hashes of a prompt: `choices` says which way it goes at each block, and equal beginnings
 * give equal hashes. Few values of `lo` make neighbours in the table collide.
 */
function chain(choices: readonly number[]): Uint32Array {
  let path = 1;
  return Uint32Array.from(
    choices.flatMap((choice) => {
      path = path * 3 + choice;
      return [path % 7, path];
    }),
  );
}

/** The same by its definition: block paths, the most recently used first. */
class PlainTree {
  used: string[] = [];
  evicted = 0;
  readonly #cap: number;

  constructor(cap: number) {
    this.#cap = cap;
  }

  insert(choices: readonly number[]): void {
    for (let blocks = choices.length; blocks > 0; blocks--) {
      const path = choices.slice(0, blocks).join();
      this.used = [path, ...this.used.filter((other) => other !== path)];
      if (this.used.length > this.#cap) this.evicted++;
      this.used = this.used.slice(0, this.#cap);
    }
  }

  match(choices: readonly number[]): number {
    let blocks = 0;
    while (blocks < choices.length && this.used.includes(choices.slice(0, blocks + 1).join())) {
      blocks++;
    }
    return blocks;
  }
}

test('a tree is the plain list of paths with the oldest leaf evicted', () => {
  const anyPrompt = fc.array(fc.nat(2), { maxLength: 12 });
  const anyRun = fc.record({
    cap: fc.integer({ min: 1, max: 200 }),
    prompts: fc.array(anyPrompt, { minLength: 1, maxLength: 60 }),
  });
  fc.assert(
    fc.property(anyRun, ({ cap, prompts }) => {
      const tree = new RoutedBlocks(cap);
      const plain = new PlainTree(cap);
      for (const choices of prompts) {
        assert.equal(tree.match(chain(choices), choices.length), plain.match(choices));
        tree.insert(chain(choices), choices.length);
        plain.insert(choices);
        assert.equal(tree.blocks, plain.used.length);
        assert.equal(tree.forgottenBlocks, plain.evicted);
      }
      for (const choices of prompts) {
        assert.equal(tree.match(chain(choices), choices.length), plain.match(choices));
      }
    }),
    { numRuns: 200 },
  );
});

test('of a prompt longer than the tree its beginning is kept', () => {
  const tree = new RoutedBlocks(3);
  const choices = [1, 0, 2, 1, 1];
  tree.insert(chain(choices), 5);
  assert.equal(tree.match(chain(choices), 5), 3);
  assert.equal(tree.forgottenBlocks, 2);
});

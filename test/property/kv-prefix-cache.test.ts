import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockList } from '../../engine/kv/block-list.ts';
import { PrefixCache } from '../../engine/kv/prefix-cache.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import { U32List } from '../../shared/u32-list.ts';
import { fc } from '../support/property.ts';

/**
 * Any number of sequences with shared prefixes that start, grow, expect and commit blocks, and end
 * in any order on a cache of a few blocks, against a model that keeps all in maps and arrays.
 *
 * A prefix is a string of letters and stands for its last block: 'ab' is block b after block a.
 */

/** A path in a tree of few branches, so that prefixes are shared and computed twice at once. */
const path = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 });
const pick = fc.nat({ max: 7 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), path }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('allocate' as const), pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('expect' as const), pick }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('commit' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), pick }) },
);
const steps = fc.array(step, { maxLength: 120, size: 'max' });
const numBlocks = fc.integer({ min: 1, max: 12 });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A hash per prefix, one to one: the path in binary behind a leading 1, then spread. */
function hashOf(prefix: string): { lo: number; hi: number } {
  const code = Number.parseInt(`1${prefix.replaceAll('a', '0').replaceAll('b', '1')}`, 2);
  return { lo: Math.imul(code, 0x9e3779b1) >>> 0, hi: Math.imul(code, 0x85ebca77) & 0x7fffffff };
}

function hashesOf(path: string): Uint32Array {
  const prefixes = [...path].map((_, last) => path.slice(0, last + 1));
  return Uint32Array.from(prefixes.map(hashOf).flatMap(({ lo, hi }) => [lo, hi]));
}

interface Sequence {
  readonly path: string;
  readonly blocks: BlockList;
  /** Whether each block is one that can be matched; else it is the sequence's own. */
  readonly shared: boolean[];
  /** Leading blocks that it found committed or has committed itself. */
  committed: number;
}

class Model {
  readonly #numBlocks: number;
  /** Sequences that refer to each matchable prefix. */
  readonly refs = new Map<string, number>();
  /** Those of them that are being computed. */
  readonly expected = new Set<string>();
  /** Prefixes that nobody refers to, the least recently used first. */
  readonly unused: string[] = [];
  readonly events: string[] = [];
  /** Blocks that are allocated and not matchable. */
  #privateBlocks = 0;

  constructor(numBlocks: number) {
    this.#numBlocks = numBlocks;
  }

  get blocksFree(): number {
    return this.#numBlocks - this.refs.size - this.#privateBlocks;
  }

  match(path: string): number {
    let blocks = 0;
    while (blocks < path.length && this.refs.has(path.slice(0, blocks + 1))) blocks++;
    return blocks;
  }

  retain(prefix: string): void {
    const refs = this.refs.get(prefix) ?? 0;
    this.refs.set(prefix, refs + 1);
    if (refs === 0) this.unused.splice(this.unused.indexOf(prefix), 1);
  }

  allocate(): boolean {
    if (this.blocksFree === 0) {
      const evicted = this.unused.shift();
      if (evicted === undefined) return false;
      this.refs.delete(evicted);
      this.events.push(`-${evicted}`);
    }
    this.#privateBlocks++;
    return true;
  }

  expect(sequence: Sequence, index: number): void {
    const prefix = sequence.path.slice(0, index + 1);
    if (this.refs.has(prefix)) return;
    this.#privateBlocks--;
    this.refs.set(prefix, 1);
    this.expected.add(prefix);
    sequence.shared[index] = true;
  }

  commit(sequence: Sequence): void {
    const index = sequence.committed++;
    const prefix = sequence.path.slice(0, index + 1);
    if (!sequence.shared[index]) {
      sequence.shared[index] = true;
      this.#privateBlocks--;
      if (this.refs.has(prefix)) {
        this.retain(prefix);
      } else {
        this.refs.set(prefix, 1);
        this.events.push(prefix);
      }
    }
    if (this.expected.delete(prefix)) this.events.push(prefix);
  }

  release(sequence: Sequence): void {
    for (let index = sequence.blocks.length - 1; index >= 0; index--) {
      const prefix = sequence.path.slice(0, index + 1);
      if (!sequence.shared[index]) {
        this.#privateBlocks--;
        continue;
      }
      const refs = (this.refs.get(prefix) ?? 0) - 1;
      this.refs.set(prefix, refs);
      if (refs > 0) continue;
      if (this.expected.delete(prefix)) this.refs.delete(prefix);
      else this.unused.push(prefix);
    }
  }

  /** Matchable prefixes that are computed. */
  committed(): string[] {
    return [...this.refs.keys()].filter((prefix) => !this.expected.has(prefix));
  }

  /** The law of leaf-first eviction. */
  checkReachable(): void {
    const committed = new Set(this.committed());
    for (const prefix of committed) {
      const parent = prefix.slice(0, -1);
      assert.ok(
        parent === '' || committed.has(parent),
        `${prefix} is cached and its parent is not`,
      );
    }
  }
}

class Comparison {
  readonly #cache: PrefixCache;
  readonly #events = new U32List();
  readonly #model: Model;
  readonly #sequences: Sequence[] = [];

  constructor(numBlocks: number) {
    this.#cache = new PrefixCache({ numBlocks, prefixCaching: true }, this.#events);
    this.#model = new Model(numBlocks);
  }

  apply(step: Step): void {
    if (step.do === 'start') {
      this.#start(step.path);
    } else {
      const sequence = this.#sequences[step.pick % this.#sequences.length];
      if (sequence === undefined) return;
      if (step.do === 'allocate') this.#allocate(sequence);
      if (step.do === 'expect') this.#expect(sequence);
      if (step.do === 'commit') this.#commit(sequence);
      if (step.do === 'release') this.#release(sequence);
    }
    this.#check();
  }

  #start(path: string): void {
    const hashes = hashesOf(path);
    const blocks = new BlockList();
    const inactive = this.#cache.match(hashes, path.length, blocks);
    const matched = blocks.length;
    assert.equal(matched, this.#model.match(path));
    const prefixes = [...path].slice(0, matched).map((_, last) => path.slice(0, last + 1));
    const unused = prefixes.filter((prefix) => this.#model.unused.includes(prefix));
    assert.equal(inactive, unused.length);
    this.#cache.retain(blocks);
    for (const prefix of prefixes) this.#model.retain(prefix);
    const firstExpected = prefixes.findIndex((prefix) => this.#model.expected.has(prefix));
    const committed = firstExpected < 0 ? matched : firstExpected;
    assert.equal(this.#cache.committedBlocks(hashes, path.length), committed);
    this.#sequences.push({ path, blocks, shared: prefixes.map(() => true), committed });
  }

  #allocate(sequence: Sequence): void {
    if (sequence.blocks.length === sequence.path.length) return;
    const allocated = this.#model.allocate();
    assert.equal(this.#cache.allocate(sequence.blocks), allocated);
    if (allocated) sequence.shared.push(false);
  }

  /** Begins to compute the first block that is the sequence's own. */
  #expect(sequence: Sequence): void {
    const index = sequence.shared.indexOf(false);
    if (index < 0) return;
    this.#cache.expect(sequence.blocks, hashesOf(sequence.path), index, index + 1);
    this.#model.expect(sequence, index);
  }

  #commit(sequence: Sequence): void {
    const index = sequence.committed;
    if (index === sequence.blocks.length) return;
    const { lo, hi } = hashOf(sequence.path.slice(0, index + 1));
    this.#cache.commit(sequence.blocks, index, lo, hi);
    this.#model.commit(sequence);
  }

  #release(sequence: Sequence): void {
    this.#model.release(sequence);
    this.#cache.release(sequence.blocks);
    this.#sequences.splice(this.#sequences.indexOf(sequence), 1);
  }

  #check(): void {
    const { blocksFree, unused } = this.#model;
    assert.equal(this.#cache.blocksFree, blocksFree);
    assert.equal(this.#cache.blocksCached, unused.length);
    assert.deepEqual(this.#cachedHashes(), new Set(this.#model.committed().map(hashKey)));
    assert.deepEqual(this.#drainEvents(), this.#model.events.splice(0).map(eventKey));
    this.#cache.checkInvariants();
    this.#model.checkReachable();
  }

  #cachedHashes(): Set<string> {
    const hashes = new Set<string>();
    this.#cache.forEachHash((lo, hi) => hashes.add(`${lo}:${hi}`));
    return hashes;
  }

  #drainEvents(): string[] {
    const keys: string[] = [];
    for (let at = 0; at < this.#events.length; at += 2) {
      keys.push(`${this.#events.at(at)}:${this.#events.at(at + 1)}`);
    }
    this.#events.clear();
    return keys;
  }
}

function hashKey(prefix: string): string {
  const { lo, hi } = hashOf(prefix);
  return `${lo}:${hi}`;
}

function eventKey(event: string): string {
  if (!event.startsWith('-')) return hashKey(event);
  const { lo, hi } = hashOf(event.slice(1));
  return `${lo}:${(hi | REMOVED_BIT) >>> 0}`;
}

test('the cache does what a model of maps and lists does, and never strands a child', () => {
  fc.assert(
    fc.property(numBlocks, steps, (numBlocks, steps) => {
      const comparison = new Comparison(numBlocks);
      for (const step of steps) comparison.apply(step);
    }),
    { numRuns: 300 },
  );
});

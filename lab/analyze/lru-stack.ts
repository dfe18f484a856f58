import { NameTable } from '../traces/name-table.ts';

/** Touches that there is room for at first, before the least recent are moved together. */
const ROOM = 1024;

/**
 * Blocks in the order of their last touch, and how deep each lies: the stack of Mattson et al.
 * (1970). A least-recently-used cache of C blocks holds the C upper ones, so one pass over a trace
 * says for every C at once what is a hit. Depths come from a Fenwick tree over the times of last
 * touches, in O(log of the blocks). Memory grows with the blocks, some 50 bytes for each.
 */
export class LruStack {
  readonly #ids = new NameTable();
  /** Time of the last touch of each id, from 1; 0 for none. */
  #touchedAt = new Uint32Array(ROOM);
  /** Id that was touched last at each time; 0 where it was touched again since. */
  #idAt = new Uint32Array(ROOM + 1);
  /** Fenwick tree that counts the times in `#idAt` that have an id. */
  #tree = new Uint32Array(ROOM + 1);
  #now = 0;
  #size = 0;
  #askedAt = 0;
  #askedDepth = 0;

  /** Distinct blocks that were touched. */
  get size(): number {
    return this.#size;
  }

  /** The number of a block, from 1, in the order in which they are first asked for. */
  idOf(lo: number, hi: number): number {
    const known = this.#ids.get(lo, hi);
    if (known !== 0) return known;
    const id = this.#ids.size + 1;
    this.#ids.set(lo, hi, id);
    if (id >= this.#touchedAt.length) this.#touchedAt = grown(this.#touchedAt);
    return id;
  }

  /**
   * How many distinct blocks were touched since block `id` was, itself included: the fewest that a
   * cache must have to hold it still. 0 if it was never touched.
   */
  depth(id: number): number {
    const at = this.#touchedAt[id]!;
    if (at === 0) return 0;
    // Blocks of one prompt lie one below the other.
    const isNext = at + 1 === this.#askedAt;
    const depth = isNext ? this.#askedDepth + 1 : this.#size - this.#countBefore(at);
    this.#askedAt = at;
    this.#askedDepth = depth;
    return depth;
  }

  /** Brings block `id` to the top. */
  touch(id: number): void {
    if (this.#now + 1 === this.#idAt.length) this.#moveTogether();
    const before = this.#touchedAt[id]!;
    if (before === 0) this.#size++;
    else {
      this.#idAt[before] = 0;
      this.#add(before, -1);
    }
    this.#now++;
    this.#touchedAt[id] = this.#now;
    this.#idAt[this.#now] = id;
    this.#add(this.#now, 1);
    this.#askedAt = 0;
  }

  #add(time: number, change: number): void {
    const tree = this.#tree;
    for (let at = time; at < tree.length; at += at & -at) tree[at]! += change;
  }

  #countBefore(time: number): number {
    let count = 0;
    for (let at = time - 1; at > 0; at -= at & -at) count += this.#tree[at]!;
    return count;
  }

  /** Counts times anew from 1, without those that have no block any more. */
  #moveTogether(): void {
    const before = this.#idAt;
    const after = new Uint32Array(Math.max(before.length, 2 * this.#size + 1));
    const tree = new Uint32Array(after.length);
    let now = 0;
    for (let time = 1; time < before.length; time++) {
      const id = before[time]!;
      if (id === 0) continue;
      now++;
      after[now] = id;
      tree[now] = 1;
      this.#touchedAt[id] = now;
    }
    for (let at = 1; at < tree.length; at++) {
      const above = at + (at & -at);
      if (above < tree.length) tree[above]! += tree[at]!;
    }
    this.#idAt = after;
    this.#tree = tree;
    this.#now = now;
  }
}

function grown(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(words.length * 2);
  longer.set(words);
  return longer;
}

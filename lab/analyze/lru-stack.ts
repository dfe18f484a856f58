/** Touches that there is room for at first, before the least recent are moved together. */
const ROOM = 1024;

/** Times in a word of `#live`, and how often 1 is shifted for that. */
const WORD = 32;
const WORD_SHIFT = 5;

/**
 * Blocks in the order of their last touch, and how deep each lies: the stack of Mattson et al.
 * (1970). A least-recently-used cache of C blocks holds the C upper ones, so one pass over a trace
 * says for every C at once what is a hit. Depths come from a bit for each touch, set while it is
 * the last one of its block, and a Fenwick tree over the words of bits, in O(log of the blocks).
 * The blocks of a prompt are mostly touched together again, so a word of them costs one change of
 * the tree. Memory grows with the blocks, some 13 bytes for each.
 */
export class LruStack {
  /** Time of the last touch of each block, from 1; 0 for none. */
  #touchedAt = new Uint32Array(ROOM);
  /** Block that was touched at each time. */
  #blockAt = new Uint32Array(ROOM);
  /** A bit for each time, set unless the block was touched again since. */
  #live = new Uint32Array(ROOM / WORD);
  /** Fenwick tree that counts the bits in the words before that of `#now`. */
  #tree = new Uint32Array(ROOM / WORD + 1);
  /** Bits that were cleared last, and that the tree still counts in this word. */
  #cleared = 0;
  #clearedWord = 0;
  #now = 0;
  #size = 0;
  #askedAt = 0;
  #askedDepth = 0;

  /** Distinct blocks that were touched. */
  get size(): number {
    return this.#size;
  }

  /**
   * How many distinct blocks were touched since `block` was, itself included: the fewest that a
   * cache must have to hold it still. 0 if it was never touched.
   */
  depth(block: number): number {
    const at = block < this.#touchedAt.length ? this.#touchedAt[block]! : 0;
    if (at === 0) return 0;
    // Blocks of one prompt lie one below the other.
    const isNext = at + 1 === this.#askedAt;
    const depth = isNext ? this.#askedDepth + 1 : this.#size - this.#countBefore(at);
    this.#askedAt = at;
    this.#askedDepth = depth;
    return depth;
  }

  /** Brings `block`, a number from 1 that is not much above the number of blocks, to the top. */
  touch(block: number): void {
    if (this.#now + 1 === this.#blockAt.length) this.#moveTogether();
    if (block >= this.#touchedAt.length) this.#touchedAt = longer(this.#touchedAt, block * 2);
    const before = this.#touchedAt[block]!;
    if (before === 0) this.#size++;
    else this.#clear(before);
    const now = ++this.#now;
    const word = now >>> WORD_SHIFT;
    if (now % WORD === 0) this.#add(word - 1, bitsIn(this.#live[word - 1]!));
    this.#touchedAt[block] = now;
    this.#blockAt[now] = block;
    this.#live[word]! |= 1 << now;
    this.#askedAt = 0;
  }

  #clear(time: number): void {
    const word = time >>> WORD_SHIFT;
    this.#live[word]! &= ~(1 << time);
    if (word === this.#now >>> WORD_SHIFT) return;
    if (word !== this.#clearedWord) {
      this.#settle();
      this.#clearedWord = word;
    }
    this.#cleared++;
  }

  /** Has the tree count no bit that was cleared. */
  #settle(): void {
    if (this.#cleared > 0) this.#add(this.#clearedWord, -this.#cleared);
    this.#cleared = 0;
  }

  #add(word: number, change: number): void {
    const tree = this.#tree;
    for (let at = word + 1; at < tree.length; at += at & -at) tree[at]! += change;
  }

  #countBefore(time: number): number {
    this.#settle();
    const word = time >>> WORD_SHIFT;
    let count = bitsIn(this.#live[word]! & ((1 << time) - 1));
    for (let at = word; at > 0; at -= at & -at) count += this.#tree[at]!;
    return count;
  }

  /** Counts times anew from 1, without those whose block was touched again. */
  #moveTogether(): void {
    const before = this.#blockAt;
    const live = this.#live;
    const words = Math.max(live.length, Math.ceil((2 * this.#size + 2) / WORD));
    const after = words === live.length ? before : new Uint32Array(words * WORD);
    let now = 0;
    for (let time = 1; time < before.length; time++) {
      if ((live[time >>> WORD_SHIFT]! & (1 << time)) === 0) continue;
      now++;
      const block = before[time]!;
      after[now] = block;
      this.#touchedAt[block] = now;
    }
    this.#blockAt = after;
    this.#now = now;
    this.#cleared = 0;
    this.#countAnew(words);
  }

  /** All times up to now are the last ones of their blocks. */
  #countAnew(words: number): void {
    const now = this.#now;
    const last = now >>> WORD_SHIFT;
    const live = new Uint32Array(words);
    live.fill(0xffffffff, 0, last);
    live[last] = 2 ** ((now % WORD) + 1) - 1;
    // There is no time 0.
    live[0]! &= ~1;
    const tree = new Uint32Array(words + 1);
    for (let at = 1; at <= words; at++) {
      if (at <= last) tree[at]! += bitsIn(live[at - 1]!);
      const above = at + (at & -at);
      if (above <= words) tree[above]! += tree[at]!;
    }
    this.#live = live;
    this.#tree = tree;
  }
}

/** How many bits of a word are set. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function longer(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(length);
  all.set(words);
  return all;
}

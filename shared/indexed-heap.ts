/**
 * A binary min-heap of small integers (slots), ordered by (key, order), in typed arrays that grow.
 * It knows where each slot stands, so that one can be removed or moved in O(log n). `order` makes
 * the order total: equal keys never depend on how the heap happens to be laid out.
 */
export class IndexedHeap {
  #heap: Int32Array;
  #position: Int32Array;
  #key: Float64Array;
  #order: Float64Array;
  #size = 0;

  constructor(slots = 16) {
    this.#heap = new Int32Array(slots);
    this.#position = new Int32Array(slots).fill(-1);
    this.#key = new Float64Array(slots);
    this.#order = new Float64Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  has(slot: number): boolean {
    return slot < this.#position.length && this.#position[slot]! >= 0;
  }

  /** The slot with the least (key, order), or -1 when the heap is empty. */
  peek(): number {
    return this.#size === 0 ? -1 : this.#heap[0]!;
  }

  /** The least key, or `Infinity` when the heap is empty. */
  peekKey(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#key[this.#heap[0]!]!;
  }

  /** The key of `slot`, which must be in. */
  keyOf(slot: number): number {
    return this.#key[slot]!;
  }

  /** Puts `slot` in, or moves it to its new key. */
  set(slot: number, key: number, order: number): void {
    if (slot >= this.#position.length) this.#grow(slot + 1);
    this.#key[slot] = key;
    this.#order[slot] = order;
    let at = this.#position[slot]!;
    if (at < 0) {
      at = this.#size++;
      this.#heap[at] = slot;
      this.#position[slot] = at;
    }
    this.#siftDown(this.#siftUp(at));
  }

  /** Takes out the least slot, or returns -1 when the heap is empty. */
  pop(): number {
    const slot = this.peek();
    if (slot >= 0) this.remove(slot);
    return slot;
  }

  /** Takes `slot` out; false when it was not in. */
  remove(slot: number): boolean {
    if (!this.has(slot)) return false;
    const at = this.#position[slot]!;
    this.#position[slot] = -1;
    const last = this.#heap[--this.#size]!;
    if (last !== slot) {
      this.#heap[at] = last;
      this.#position[last] = at;
      this.#siftDown(this.#siftUp(at));
    }
    return true;
  }

  clear(): void {
    this.#position.fill(-1);
    this.#size = 0;
  }

  #before(a: number, b: number): boolean {
    const keyA = this.#key[a]!;
    const keyB = this.#key[b]!;
    return keyA < keyB || (keyA === keyB && this.#order[a]! < this.#order[b]!);
  }

  #siftUp(from: number): number {
    let at = from;
    const slot = this.#heap[at]!;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent]!;
      if (!this.#before(slot, above)) break;
      this.#heap[at] = above;
      this.#position[above] = at;
      at = parent;
    }
    this.#heap[at] = slot;
    this.#position[slot] = at;
    return at;
  }

  #siftDown(from: number): void {
    let at = from;
    const slot = this.#heap[at]!;
    const size = this.#size;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      const below = this.#heap[child]!;
      if (!this.#before(below, slot)) break;
      this.#heap[at] = below;
      this.#position[below] = at;
      at = child;
    }
    this.#heap[at] = slot;
    this.#position[slot] = at;
  }

  #grow(slots: number): void {
    const size = Math.max(slots, this.#position.length * 2);
    const position = new Int32Array(size).fill(-1);
    position.set(this.#position);
    this.#position = position;
    const heap = new Int32Array(size);
    heap.set(this.#heap);
    this.#heap = heap;
    const key = new Float64Array(size);
    key.set(this.#key);
    this.#key = key;
    const order = new Float64Array(size);
    order.set(this.#order);
    this.#order = order;
  }
}

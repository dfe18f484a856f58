import type { Slot } from './sequence-table.ts';

const NONE: readonly Slot[] = [];

/**
 * The choices of a request with n > 1. All share a prompt, and the first of them computes it: the
 * others are held until its first token comes out, and then have that prefill for nothing. If it
 * ends before that, each of them computes the prompt.
 */
export class SiblingGroups {
  /** Those that are held, by the first of their request. */
  readonly #held = new Map<Slot, Slot[]>();
  readonly #firstOf = new Map<Slot, Slot>();
  readonly #sharing = new Set<Slot>();

  hold(slot: Slot, first: Slot): void {
    const held = this.#held.get(first);
    if (held === undefined) this.#held.set(first, [slot]);
    else held.push(slot);
    this.#firstOf.set(slot, first);
  }

  /** Lets go of those that are held for `first`, with its prefill if `shared`. Returns them. */
  release(first: Slot, shared: boolean): readonly Slot[] {
    const held = this.#held.get(first);
    if (held === undefined) return NONE;
    this.#held.delete(first);
    for (const slot of held) {
      this.#firstOf.delete(slot);
      if (shared) this.#sharing.add(slot);
    }
    return held;
  }

  /** True when another one has done the prefill of `slot`: its first token is due at admission. */
  sharesPrefill(slot: Slot): boolean {
    return this.#sharing.has(slot);
  }

  /** `slot` has lost its blocks: it computes its prompt itself. */
  unshare(slot: Slot): void {
    this.#sharing.delete(slot);
  }

  /** `slot` has ended, held or not. Nobody may be held for it. */
  forget(slot: Slot): void {
    this.#sharing.delete(slot);
    const first = this.#firstOf.get(slot);
    if (first === undefined) return;
    this.#firstOf.delete(slot);
    const held = this.#held.get(first)!;
    held.splice(held.indexOf(slot), 1);
    if (held.length === 0) this.#held.delete(first);
  }
}

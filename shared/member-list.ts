/** What can be in one `MemberList` at a time. */
export interface Member {
  /** Its place in the list, or -1 while it is in none. Only the list sets it. */
  listedAt: number;
}

/**
 * A set of objects that come and go all the time, in no order. Each knows its place, so that
 * nothing is hashed, and what has left is kept by nothing: see `RequestTable`.
 */
export class MemberList<T extends Member> {
  readonly #members: (T | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** It must be in no list. */
  add(member: T): void {
    member.listedAt = this.#size;
    this.#members[this.#size++] = member;
  }

  /** False if it is not in the list. */
  delete(member: T): boolean {
    const at = member.listedAt;
    if (at < 0) return false;
    const last = this.#members[--this.#size];
    this.#members[this.#size] = undefined;
    if (last !== undefined && last !== member) {
      last.listedAt = at;
      this.#members[at] = last;
    }
    member.listedAt = -1;
    return true;
  }

  /** A copy, which stays as it is when members come and go. */
  members(): T[] {
    return this.#members.filter((member) => member !== undefined);
  }
}

import { LRUCache } from 'lru-cache';

/** What an address may be noted for. */
export const OFFENCES = ['wrongKey', 'rateLimit', 'injection', 'invalidInput'] as const;
export type Offence = (typeof OFFENCES)[number];

const US_PER_MINUTE = 60e6;
const SHORT_US = 5 * US_PER_MINUTE;
const HOUR_US = 60 * US_PER_MINUTE;
const DAY_US = 24 * HOUR_US;

/** So many offences of one kind, and how long they are banned for; then they count anew. */
const KINDS: Readonly<Partial<Record<Offence, readonly [count: number, banUs: number]>>> = {
  wrongKey: [5, SHORT_US],
  rateLimit: [20, SHORT_US],
  injection: [3, HOUR_US],
};
/** So many of all kinds but of rate limits, which are no harm in such numbers. */
const TOTALS: readonly (readonly [count: number, banUs: number])[] = [
  [50, DAY_US],
  [30, HOUR_US],
  [10, SHORT_US],
];

/** Addresses of which something is known; the least recently seen is forgotten first. */
const ADDRESSES_MAX = 100_000;
const SWEPT_AT_ONCE = 2000;

interface AbuseRecord {
  readonly counts: Record<Offence, number>;
  total: number;
  bannedUntilUs: number;
  seenUs: number;
}

/** What client addresses have done, and which of them are banned for it. Times are arguments. */
export class AbuseRecords {
  readonly #records = new LRUCache<string, AbuseRecord>({ max: ADDRESSES_MAX });
  readonly #keptUs: number;
  #bans = 0;

  /** What is older than `keptUs` is forgotten in a sweep. */
  constructor(keptUs: number) {
    this.#keptUs = keptUs;
  }

  /** Addresses of which something is known. */
  get size(): number {
    return this.#records.size;
  }

  /** Bans so far. */
  get bans(): number {
    return this.#bans;
  }

  /** For how much longer an address is banned, in microseconds; 0 if it is not. */
  bannedUs(address: string, nowUs: number): number {
    const record = this.#records.get(address);
    return record === undefined ? 0 : Math.max(0, record.bannedUntilUs - nowUs);
  }

  note(address: string, offence: Offence, nowUs: number): void {
    const record = this.#recordOf(address);
    record.seenUs = nowUs;
    record.counts[offence]++;
    const banUs = Math.max(banOfKind(record, offence), banOfTotal(record, offence));
    if (banUs === 0) return;
    this.#bans++;
    record.bannedUntilUs = Math.max(record.bannedUntilUs, nowUs + banUs);
  }

  /**
   * Forgets those who are not banned and have done nothing for a while: a part of them at each call
   * of what it returns, which is true when none are left to look at.
   */
  sweep(nowUs: number): () => boolean {
    const all = this.#records.entries();
    return () => {
      for (let count = 0; count < SWEPT_AT_ONCE; count++) {
        const next = all.next();
        if (next.done === true) return true;
        const [address, { bannedUntilUs, seenUs }] = next.value;
        if (bannedUntilUs <= nowUs && seenUs <= nowUs - this.#keptUs) this.#records.delete(address);
      }
      return false;
    };
  }

  #recordOf(address: string): AbuseRecord {
    const known = this.#records.get(address);
    if (known !== undefined) return known;
    const counts = { wrongKey: 0, rateLimit: 0, injection: 0, invalidInput: 0 };
    const record = { counts, total: 0, bannedUntilUs: 0, seenUs: 0 };
    this.#records.set(address, record);
    return record;
  }
}

function banOfKind({ counts }: AbuseRecord, offence: Offence): number {
  const [count, banUs] = KINDS[offence] ?? [Infinity, 0];
  if (counts[offence] < count) return 0;
  counts[offence] = 0;
  return banUs;
}

/** From the last number on, each further offence is one too many. */
function banOfTotal(record: AbuseRecord, offence: Offence): number {
  if (offence === 'rateLimit') return 0;
  record.total++;
  const [most, banUs] = TOTALS[0] ?? [Infinity, 0];
  if (record.total >= most) return banUs;
  return TOTALS.find(([count]) => count === record.total)?.[1] ?? 0;
}

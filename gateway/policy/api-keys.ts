import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiError, apiError } from '../../shared/errors.ts';

/** An entry of a list of keys that is the SHA-256 of a key. */
const HASHED_KEY = /^sha256:([0-9a-f]{64})$/i;

/** The key that a request shows, an empty text if none, and its SHA-256. */
export interface Credential {
  readonly key: string;
  readonly digest: Buffer | undefined;
}

/**
 * The keys that a server accepts, by their SHA-256. Those whose hash begins as that of the key
 * shown are compared in constant time; what the search for them takes tells of hashes alone, which
 * nobody can choose a key by.
 */
export class ApiKeys {
  readonly #digests = new Map<number, Buffer[]>();

  /** Entries are keys, or `sha256:` and the hash of one in hexadecimal. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const hex = HASHED_KEY.exec(entry)?.[1];
      const digest = hex === undefined ? digestOf(entry) : Buffer.from(hex, 'hex');
      const alike = this.#digests.get(digest.readUInt32LE()) ?? [];
      this.#digests.set(digest.readUInt32LE(), [...alike, digest]);
    }
  }

  /** Why whoever shows such a key is not let in; undefined if it is one of them. */
  refusalOf({ key, digest }: Credential): ApiError | undefined {
    if (digest === undefined) return apiError('missing_api_key', {});
    if (this.has(digest)) return undefined;
    return apiError('invalid_api_key', { key: maskKey(key) });
  }

  /** Whether it is the SHA-256 of one of the keys. */
  has(digest: Buffer): boolean {
    let matches = 0;
    for (const each of this.#digests.get(digest.readUInt32LE()) ?? []) {
      matches += Number(timingSafeEqual(each, digest));
    }
    return matches > 0;
  }
}

/** SHA-256. */
export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Entries of a list of keys, as hashes all. */
export function hashedEntries(entries: readonly string[]): readonly string[] {
  return entries.map((entry) =>
    HASHED_KEY.test(entry) ? entry : `sha256:${digestOf(entry).toString('hex')}`,
  );
}

/** Enough of a key to recognise one's own typing error by. */
function maskKey(key: string): string {
  return `${key.slice(0, 3)}***`;
}

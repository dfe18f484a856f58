import { LRUCache } from 'lru-cache';
import type { Settings } from '../../../shared/settings/settings.ts';
import type { Usage } from '../../generate/usage.ts';
import type { ResponseHead } from './response-parts.ts';
import type { Turn } from './response-prompt.ts';

/** Bytes of all that is stored, with the turns before each, which it may be the last to keep. */
const STORED_BYTES_MAX = 64 * 2 ** 20;
/** What a response takes besides the bytes of its turns. */
const RESPONSE_BYTES = 1024;

/** A response that was answered: simulated text is kept as the numbers that it follows from. */
export interface StoredResponse {
  readonly head: ResponseHead;
  readonly turn: Turn;
  readonly usage: Usage;
}

/** The settings of the store. */
export type StoreSettings = Pick<Settings, 'responseStoreMaxEntries' | 'responseStoreTtlSeconds'>;

/**
 * The last responses, for some time. Whatever has no room any more is forgotten, the least recently
 * used first, and a response that is too long by itself is not stored.
 */
export class ResponseStore {
  readonly #responses: LRUCache<string, StoredResponse> | undefined;

  constructor(settings: StoreSettings) {
    const { responseStoreMaxEntries: max, responseStoreTtlSeconds } = settings;
    if (max === 0) return;
    this.#responses = new LRUCache({
      max,
      maxSize: STORED_BYTES_MAX,
      sizeCalculation: ({ turn, head }) => RESPONSE_BYTES + turn.size + head.echo.length,
      ttl: responseStoreTtlSeconds * 1000,
    });
  }

  put(response: StoredResponse): void {
    this.#responses?.set(response.head.id, response);
  }

  get(id: string): StoredResponse | undefined {
    return this.#responses?.get(id);
  }

  delete(id: string): boolean {
    return this.#responses?.delete(id) ?? false;
  }
}

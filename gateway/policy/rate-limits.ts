import { type ApiError, apiError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import type { Amounts, BucketStore } from './bucket-store.ts';

/** What a limit is on. */
export const LIMITS = ['requests', 'tokens'] as const;
export type Limit = (typeof LIMITS)[number];

/** Requests and tokens per minute of each tier. */
const TIERS: Readonly<Record<Settings['rateLimitTier'], Amounts>> = {
  free: { requests: 60, tokens: 40_000 },
  'tier-1': { requests: 3500, tokens: 200_000 },
  'tier-2': { requests: 10_000, tokens: 450_000 },
  'tier-3': { requests: 20_000, tokens: 1_000_000 },
  'tier-4': { requests: 40_000, tokens: 5_000_000 },
  'tier-5': { requests: 80_000, tokens: 10_000_000 },
};

/** How many requests and tokens each key may use per minute. */
export class RateLimits {
  readonly perMinute: Amounts;
  readonly store: BucketStore;
  readonly #isOpen: boolean;
  readonly #refused = { requests: 0, tokens: 0 };

  /** `isOpen`: requests are let in while nobody knows what is in their buckets. */
  constructor(perMinute: Amounts, store: BucketStore, isOpen: boolean) {
    this.perMinute = perMinute;
    this.store = store;
    this.#isOpen = isOpen;
  }

  /** Why a request is not let in of whose buckets nobody knows what is in them. */
  get refusalOfUnknown(): ApiError | undefined {
    if (this.#isOpen) return undefined;
    return apiError('service_unavailable', { reason: 'the rate limits cannot be looked up' });
  }

  /** Times that nobody knew. */
  get failures(): number {
    return this.store.failures;
  }

  /** A request was over a limit. */
  refuse(limit: Limit): void {
    this.#refused[limit]++;
  }

  /** Requests that were over a limit. */
  refused(limit: Limit): number {
    return this.#refused[limit];
  }
}

/** What a server of such settings allows each key. */
export function amountsPerMinute(settings: Settings): Amounts {
  const tier = TIERS[settings.rateLimitTier];
  return {
    requests: settings.rateLimitRpm ?? tier.requests,
    tokens: settings.rateLimitTpm ?? tier.tokens,
  };
}

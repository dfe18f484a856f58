import type { Logger } from 'pino';
import type { Settings } from '../shared/settings/resolve-settings.ts';
import { adminAccess } from './admin/admin-access.ts';
import type { Gates } from './api/served-routes.ts';
import { ApiGate } from './policy/api-gate.ts';
import { ApiKeys } from './policy/api-keys.ts';
import { MemoryBuckets } from './policy/memory-buckets.ts';
import { amountsPerMinute, RateLimits } from './policy/rate-limits.ts';
import { RedisBuckets } from './policy/redis-buckets.ts';

/** Who may use a server of such settings, and how much. */
export class ApiPolicy {
  readonly gates: Gates;
  /** Undefined where nothing is limited. */
  readonly rateLimits: RateLimits | undefined;
  readonly #shared: RedisBuckets | undefined;

  /** `shared` are the buckets that several servers have, if they do. */
  constructor(settings: Settings, shared: RedisBuckets | undefined, nowUs: () => number) {
    const keys = settings.requireApiKey ? new ApiKeys(settings.apiKeys) : undefined;
    const limits = newLimits(settings, shared, nowUs);
    const isOpen = keys === undefined && limits === undefined;
    this.#shared = shared;
    this.rateLimits = limits;
    this.gates = {
      key: isOpen ? undefined : new ApiGate({ keys, limits }),
      admin: adminAccess(settings),
    };
  }

  close(): void {
    this.#shared?.close();
  }
}

/** Connects to the Redis that holds the limits of several servers, if the settings name one. */
export async function sharedBuckets(
  settings: Settings,
  logger: Logger,
): Promise<RedisBuckets | undefined> {
  const { rateLimitEnabled, rateLimitRedisUrl: url, rateLimitRedisFailure: policy } = settings;
  if (!rateLimitEnabled || url === undefined) return undefined;
  return await RedisBuckets.connect({
    url,
    perMinute: amountsPerMinute(settings),
    onDown: (reason) => logger.error({ reason, policy }, 'rate limits: Redis cannot be asked'),
    onUp: () => logger.info('rate limits: Redis answers again'),
  });
}

function newLimits(
  settings: Settings,
  shared: RedisBuckets | undefined,
  nowUs: () => number,
): RateLimits | undefined {
  if (!settings.rateLimitEnabled) return undefined;
  const perMinute = amountsPerMinute(settings);
  const maxKeys = settings.rateLimitMaxKeys;
  const store = shared ?? new MemoryBuckets({ perMinute, maxKeys, nowUs });
  return new RateLimits(perMinute, store, settings.rateLimitRedisFailure === 'open');
}

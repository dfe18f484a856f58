import type { Logger } from 'pino';
import type { Settings } from '../shared/settings/resolve-settings.ts';
import { adminAccess } from './admin/admin-access.ts';
import type { Gates } from './api/served-routes.ts';
import { AbuseGate } from './policy/abuse-gate.ts';
import { AbuseRecords } from './policy/abuse-records.ts';
import { ApiGate } from './policy/api-gate.ts';
import { ApiKeys } from './policy/api-keys.ts';
import { Credentials } from './policy/credentials.ts';
import { InputChecks } from './policy/input-checks.ts';
import { MemoryBuckets } from './policy/memory-buckets.ts';
import { amountsPerMinute, RateLimits } from './policy/rate-limits.ts';
import { RedisBuckets } from './policy/redis-buckets.ts';
import { securityOf } from './policy/security.ts';
import type { SlicedWork } from './prompt/sliced-work.ts';

/** Who may use a server of such settings, and how much. */
export class ApiPolicy {
  readonly gates: Gates;
  /** Undefined where nothing is limited. */
  readonly rateLimits: RateLimits | undefined;
  /** Undefined where input is not validated. */
  readonly inputChecks: InputChecks | undefined;
  /** Undefined where nobody is banned. */
  readonly abuse: AbuseRecords | undefined;
  readonly #shared: RedisBuckets | undefined;
  readonly #sweeping: NodeJS.Timeout | undefined;

  constructor(settings: Settings, { buckets, nowUs, work }: ApiPolicyParts) {
    const { bansAbuse, validatesInput, hashesKeys, ...security } = securityOf(settings);
    const credentials = new Credentials(!hashesKeys);
    const sweepMs = settings.abuseCleanupInterval * 1000;
    const keys = settings.requireApiKey ? new ApiKeys(settings.apiKeys) : undefined;
    const limits = newLimits(settings, buckets, nowUs);
    const checks = validatesInput ? new InputChecks(security) : undefined;
    const abuse = bansAbuse ? new AbuseRecords(sweepMs * 1000) : undefined;
    this.#shared = buckets;
    this.rateLimits = limits;
    this.inputChecks = checks;
    this.abuse = abuse;
    const isOpen = keys === undefined && limits === undefined && checks === undefined;
    this.gates = withBans(settings, abuse, nowUs, {
      key: isOpen ? undefined : new ApiGate({ credentials, keys, limits, checks }),
      admin: adminAccess(settings),
    });
    if (abuse === undefined) return;
    this.#sweeping = setInterval(() => void work.run(abuse.sweep(nowUs())), sweepMs).unref();
  }

  close(): void {
    clearInterval(this.#sweeping);
    this.#shared?.close();
  }
}

export interface ApiPolicyParts {
  /** The buckets that several servers have, if they do. */
  readonly buckets: RedisBuckets | undefined;
  readonly nowUs: () => number;
  /** Does what would hold the event loop for too long. */
  readonly work: Pick<SlicedWork, 'run'>;
}

/** The same, each behind one that keeps banned addresses out. */
function withBans(
  settings: Settings,
  records: AbuseRecords | undefined,
  nowUs: () => number,
  { key, admin }: Gates,
): Gates {
  if (records === undefined) return { key, admin };
  const parts = { records, trustsProxy: settings.trustProxy, nowUs };
  return {
    key: new AbuseGate(parts, key),
    admin: admin && new AbuseGate(parts, admin),
  };
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

import { createHash } from 'node:crypto';
import type { RedisClientType } from '@redis/client';
import type { Amounts, BucketStore, Levels } from './bucket-store.ts';

export interface RedisBucketsOptions {
  readonly url: string;
  readonly perMinute: Amounts;
  /** Redis could be used until now, and cannot any more. */
  readonly onDown: (reason: string) => void;
  /** It can be used again. */
  readonly onUp: () => void;
}

const KEY_PREFIX = 'fakeai:rate-limit:';
/** How long the server waits for Redis when it starts, and for each answer of it. */
const START_MS = 1000;
const ANSWER_MS = 250;
/** Commands that may wait for Redis; the queues of a server that hangs are not to grow. */
const COMMANDS_MAX = 10_000;
const RECONNECT_MS = 50;
const RECONNECT_MS_MAX = 2000;

/**
 * The buckets of one key, as `TokenBucket` has them, by the clock of Redis: a script is run at once
 * or not at all, so that servers which ask at the same time do not take what is there once twice.
 * Arguments: a minute's worth of requests and tokens; what is taken of both, less than 0 to put
 * back; and 1 where nothing is to be taken unless there is as much. A key that is full again
 * is no longer kept.
 */
const SCRIPT = `
local time = redis.call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local held = redis.call('HMGET', KEYS[1], 'requests', 'tokens', 'atUs')
local elapsedUs = math.max(0, nowUs - (tonumber(held[3]) or nowUs))
local function filled(level, perMinute)
  return math.min(perMinute, (tonumber(level) or perMinute) + elapsedUs * perMinute / 60000000)
end
local maxRequests, maxTokens = tonumber(ARGV[1]), tonumber(ARGV[2])
local requests, tokens = filled(held[1], maxRequests), filled(held[2], maxTokens)
local wantedRequests, wantedTokens = tonumber(ARGV[3]), tonumber(ARGV[4])
local fits = (wantedRequests == 0 or requests >= wantedRequests)
  and (wantedTokens == 0 or tokens >= wantedTokens)
local isTaken = ARGV[5] ~= '1' or fits
if isTaken then
  requests = math.min(maxRequests, requests - wantedRequests)
  tokens = math.min(maxTokens, tokens - wantedTokens)
  redis.call('HSET', KEYS[1], 'requests', string.format('%.6f', requests),
    'tokens', string.format('%.6f', tokens), 'atUs', string.format('%.0f', nowUs))
  local minutes = math.max(1 - requests / maxRequests, 1 - tokens / maxTokens)
  redis.call('PEXPIRE', KEYS[1], math.ceil(minutes * 60000) + 1000)
end
return {isTaken and 1 or 0, string.format('%.6f', requests), string.format('%.6f', tokens)}
`;
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

/**
 * The buckets that several servers share, in Redis. While it cannot be asked nobody knows what is
 * in them; the connection is made again by itself.
 */
export class RedisBuckets implements BucketStore {
  readonly #options: RedisBucketsOptions;
  readonly #client: RedisClientType;
  #isDown = false;
  #unanswered = 0;
  #failures = 0;

  private constructor(options: RedisBucketsOptions, client: RedisClientType) {
    this.#options = options;
    this.#client = client;
  }

  /** Connects, and waits a little until that is done. Rejects if the URL is none. */
  static async connect(options: RedisBucketsOptions): Promise<RedisBuckets> {
    if (!URL.canParse(options.url)) throw new Error('the URL of the Redis is not a URL');
    // Loaded only when needed: most servers have no Redis.
    const { createClient } = await import('@redis/client');
    const client: RedisClientType = createClient({
      url: options.url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: COMMANDS_MAX,
      socket: {
        connectTimeout: START_MS,
        reconnectStrategy: (retries) => Math.min(RECONNECT_MS * 2 ** retries, RECONNECT_MS_MAX),
      },
    });
    const buckets = new RedisBuckets(options, client);
    client.on('error', (error: unknown) => buckets.#failed(error));
    client.on('ready', () => buckets.#answered());
    const connected = client.connect().then(
      () => undefined,
      () => undefined,
    );
    await withDeadline(connected, START_MS);
    return buckets;
  }

  /** Times that Redis was not to be had, or gave no answer. */
  get failures(): number {
    return this.#failures;
  }

  async take(key: string, wanted: Amounts): Promise<Levels | undefined> {
    const reply = await this.#run(key, wanted, true);
    if (!Array.isArray(reply)) return undefined;
    const [isTaken, requests, tokens] = reply.map(Number);
    if (requests === undefined || tokens === undefined) return undefined;
    return { isTaken: isTaken === 1, requests, tokens };
  }

  add(key: string, { requests, tokens }: Amounts): void {
    void this.#run(key, { requests: -requests, tokens: -tokens }, false);
  }

  close(): void {
    this.#client.destroy();
  }

  /** What the script returns; undefined if Redis is not to be had. */
  async #run(key: string, wanted: Amounts, mustHold: boolean): Promise<unknown> {
    // It does not answer: whoever comes now need not wait as long as those before.
    if (this.#isDown && this.#unanswered > 0) {
      this.#failures++;
      return undefined;
    }
    this.#unanswered++;
    try {
      const answer = this.#evaluate(argumentsOf(key, this.#options.perMinute, wanted, mustHold));
      const reply = await withDeadline(
        answer.finally(() => this.#unanswered--),
        ANSWER_MS,
      );
      if (reply === undefined) throw new Error(`no answer within ${ANSWER_MS} ms`);
      this.#answered();
      return reply;
    } catch (error) {
      this.#failures++;
      this.#failed(error);
      return undefined;
    }
  }

  async #evaluate(args: readonly string[]): Promise<unknown> {
    try {
      return await this.#client.sendCommand(['EVALSHA', SCRIPT_SHA, ...args]);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await this.#client.sendCommand(['EVAL', SCRIPT, ...args]);
    }
  }

  #failed(error: unknown): void {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#options.onDown(error instanceof Error ? error.message : String(error));
  }

  #answered(): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#options.onUp();
  }
}

function argumentsOf(key: string, perMinute: Amounts, wanted: Amounts, mustHold: boolean) {
  const amounts = [perMinute.requests, perMinute.tokens, wanted.requests, wanted.tokens];
  return ['1', KEY_PREFIX + key, ...amounts.map(String), mustHold ? '1' : '0'];
}

/** What `promise` resolves to, or undefined after `ms`. */
async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    deadline = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(deadline);
  }
}

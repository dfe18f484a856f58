import { type ApiError, apiError, type HeaderList, type HttpStatus } from '../../shared/errors.ts';
import type { Charge, Soon } from '../http/charge.ts';
import type { Amounts, Levels } from './bucket-store.ts';
import { durationText } from './duration-text.ts';
import type { Limit, RateLimits } from './rate-limits.ts';
import { fillUs } from './token-bucket.ts';

/** Answers that say the server cannot take the request now: it is as if it had not come. */
const REFUSED: readonly HttpStatus[] = [429, 503, 529];

/**
 * What a request takes of the buckets of its key: itself by its head, and once its prompts have
 * been read what it may cost in tokens, which is settled to what it has cost when it ends.
 */
export class RateCharge implements Charge {
  readonly #limits: RateLimits;
  readonly #key: string;
  #levels: Levels | undefined;
  #requestsTaken = 0;
  #tokensTaken = 0;

  constructor(limits: RateLimits, key: string) {
    this.#limits = limits;
    this.#key = key;
  }

  /** Takes the request itself: undefined, or why there is none left. */
  takeRequest(): Soon<ApiError | undefined> {
    return this.#take('requests', { requests: 1, tokens: 0 });
  }

  takeTokens(tokens: number): Soon<ApiError | undefined> {
    const { perMinute } = this.#limits;
    if (tokens > perMinute.tokens) {
      this.#limits.refuse('tokens');
      return apiError('request_too_large', { max: perMinute.tokens, requested: tokens });
    }
    return this.#take('tokens', { requests: 0, tokens });
  }

  settle(tokens: number): void {
    const unused = this.#tokensTaken - tokens;
    this.#tokensTaken = 0;
    if (unused !== 0) this.#limits.store.add(this.#key, { requests: 0, tokens: unused });
  }

  ended(status: HttpStatus): void {
    if (this.#requestsTaken === 0 || !REFUSED.includes(status)) return;
    this.#requestsTaken = 0;
    this.#limits.store.add(this.#key, { requests: 1, tokens: 0 });
  }

  get headerLines(): string {
    if (this.#levels === undefined) return '';
    const { requests, tokens } = this.#limits.perMinute;
    return (
      `\r\nx-ratelimit-limit-requests: ${requests}` +
      `\r\nx-ratelimit-limit-tokens: ${tokens}` +
      `\r\nx-ratelimit-remaining-requests: ${remaining(this.#levels.requests)}` +
      `\r\nx-ratelimit-remaining-tokens: ${remaining(this.#levels.tokens)}` +
      `\r\nx-ratelimit-reset-requests: ${resetText(this.#levels.requests, requests)}` +
      `\r\nx-ratelimit-reset-tokens: ${resetText(this.#levels.tokens, tokens)}`
    );
  }

  #take(limit: Limit, wanted: Amounts): Soon<ApiError | undefined> {
    const levels = this.#limits.store.take(this.#key, wanted);
    if (levels instanceof Promise) return levels.then((each) => this.#taken(limit, wanted, each));
    return this.#taken(limit, wanted, levels);
  }

  #taken(limit: Limit, wanted: Amounts, levels: Levels | undefined): ApiError | undefined {
    this.#levels = levels;
    if (levels === undefined) return this.#limits.refusalOfUnknown;
    if (levels.isTaken) {
      this.#requestsTaken += wanted.requests;
      this.#tokensTaken += wanted.tokens;
      return undefined;
    }
    this.#limits.refuse(limit);
    return tooMany(limit, wanted[limit], levels[limit], this.#limits.perMinute[limit]);
  }
}

function tooMany(limit: Limit, requested: number, level: number, max: number): ApiError {
  const waitMs = Math.ceil(fillUs(level, requested, max) / 1000);
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const headers: HeaderList = [
    ['retry-after', String(seconds)],
    ['retry-after-ms', String(waitMs)],
  ];
  const used = Math.ceil(max - level);
  return apiError(
    'rate_limit_exceeded',
    { limit: `${limit} per minute`, max, used, requested, seconds },
    { type: limit, headers },
  );
}

function remaining(level: number): number {
  return Math.max(0, Math.floor(level));
}

function resetText(level: number, perMinute: number): string {
  return durationText(fillUs(level, perMinute, perMinute));
}

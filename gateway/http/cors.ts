import type { HeaderList } from '../../shared/errors.ts';

const EXPOSED_HEADERS =
  'x-request-id, retry-after, retry-after-ms, openai-processing-ms, x-fakeai-worker, ' +
  'x-fakeai-overlap-blocks, x-fakeai-route-us, x-ratelimit-limit-requests, ' +
  'x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, ' +
  'x-ratelimit-reset-requests, x-ratelimit-reset-tokens';
const METHODS = 'GET, POST, PATCH, DELETE, OPTIONS';
const PREFLIGHT_MAX_AGE_S = '600';
const NONE: HeaderList = [];

/**
 * Which web pages may call the server. A page that may not gets an answer that its browser hides.
 */
export class CorsPolicy {
  readonly #any: boolean;
  readonly #origins: ReadonlySet<string>;
  readonly #credentials: boolean;

  /** `*` among the origins allows every page. */
  constructor(origins: readonly string[], credentials: boolean) {
    this.#any = origins.includes('*');
    this.#origins = new Set(origins);
    this.#credentials = credentials;
  }

  /** Headers of an answer to a request that came with an `origin` header. */
  headersFor(origin: string): HeaderList {
    if (!this.#allows(origin)) return NONE;
    return [...this.#allowed(origin), ['access-control-expose-headers', EXPOSED_HEADERS]];
  }

  /** Headers of the answer to a preflight that asks for `requestedHeaders`. */
  preflightHeaders(origin: string, requestedHeaders: string): HeaderList {
    if (origin === '' || !this.#allows(origin)) return NONE;
    return [
      ['access-control-allow-methods', METHODS],
      ['access-control-allow-headers', requestedHeaders === '' ? '*' : requestedHeaders],
      ['access-control-max-age', PREFLIGHT_MAX_AGE_S],
    ];
  }

  #allows(origin: string): boolean {
    return this.#any || this.#origins.has(origin);
  }

  #allowed(origin: string): HeaderList {
    const headers: [string, string][] = [
      ['access-control-allow-origin', origin],
      ['vary', 'Origin'],
    ];
    if (this.#credentials) headers.push(['access-control-allow-credentials', 'true']);
    return headers;
  }
}

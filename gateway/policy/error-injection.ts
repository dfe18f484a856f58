import { type ApiError, apiError, type HeaderList, retryAfter } from '../../shared/errors.ts';
import { Rng } from '../../shared/rng.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import type { Exchange } from '../http/exchange.ts';

/** An error that requests can be answered with on purpose. */
export type InjectedType = Settings['errorInjectionTypes'][number];

/** Asks for an error for its request. */
export const ERROR_HEADER = 'x-fakeai-error';
/** What the header says for a request that is to be left alone. */
const NONE = 'none';

/** Types after which a client is told when to try again. */
const RETRIED: readonly InjectedType[] = [
  'service_unavailable',
  'rate_limit_quota',
  'rate_limit_exceeded',
];

interface Injected {
  readonly path: string;
  readonly settings: Settings;
  readonly headers: HeaderList;
}

/** The error of each type. */
const MAKERS: Readonly<Record<InjectedType, (injected: Injected) => ApiError>> = {
  internal_error: ({ headers }) => apiError('internal_error', {}, { headers }),
  bad_gateway: ({ headers }) => apiError('bad_gateway', {}, { headers }),
  service_unavailable: ({ headers }) =>
    apiError('service_unavailable', { reason: 'an injected error' }, { headers }),
  gateway_timeout: ({ settings, headers }) =>
    apiError('gateway_timeout', { seconds: settings.streamTimeoutSeconds }, { headers }),
  invalid_api_key: ({ headers }) =>
    apiError('invalid_api_key', { key: 'an injected error' }, { headers }),
  rate_limit_quota: ({ headers }) => apiError('insufficient_quota', {}, { headers }),
  rate_limit_exceeded: ({ settings, headers }) => {
    const seconds = settings.errorInjectionRetryAfterSeconds;
    const details = { limit: 'requests per minute', max: 1, used: 1, requested: 1, seconds };
    return apiError('rate_limit_exceeded', details, { headers });
  },
  context_length_exceeded: ({ path, settings, headers }) => {
    const window = settings.defaultContextWindow;
    const total = window + 1;
    const details = { window, total, prompt: total, param: paramOf(path), completion: 0 };
    return apiError('context_length_exceeded', details, { headers });
  },
};

const TYPES = Object.keys(MAKERS);

/**
 * Errors on purpose: a share of requests, drawn from the seed by the number of the request, or the
 * one that a request asks for by its header.
 */
export class ErrorInjection {
  readonly #settings: Settings;
  readonly #rng: Rng;
  readonly #rates: ReadonlyMap<string, number>;
  readonly #types: readonly InjectedType[];
  readonly #byType = new Map<string, number>();
  readonly #byEndpoint = new Map<string, number>();
  readonly #nowUs: () => number;
  #sinceUs: number;
  #checks = 0;
  #errors = 0;

  constructor(settings: Settings, nowUs: () => number) {
    this.#settings = settings;
    this.#rng = new Rng(settings.seed).fork('error injection');
    this.#rates = new Map(Object.entries(settings.errorInjectionEndpointRates));
    this.#types = settings.errorInjectionTypes;
    this.#nowUs = nowUs;
    this.#sinceUs = nowUs();
  }

  /** No request can get an error. */
  get isOff(): boolean {
    return !(this.#settings.errorInjectionEnabled || this.#settings.errorHeader);
  }

  /**
   * The error for a request to `path`, if it is to get one. `header` is what it asks for, or empty;
   * an unknown type is an error too.
   */
  errorFor(
    path: string,
    header: string,
    exchange: Pick<Exchange, 'isInjected'>,
  ): ApiError | undefined {
    const { errorHeader, errorInjectionEnabled } = this.#settings;
    const asked = errorHeader ? header.trim() : '';
    if (asked === '' && !errorInjectionEnabled) return undefined;
    if (asked !== '' && asked !== NONE && !isType(asked)) {
      const expected = `${TYPES.join(', ')} or ${NONE}`;
      return apiError('invalid_value', { param: ERROR_HEADER, got: asked, expected });
    }
    const number = this.#checks++;
    if (asked === NONE) return undefined;
    const type = asked === '' ? this.#drawn(path, number) : asked;
    if (type === undefined) return undefined;
    this.#errors++;
    count(this.#byType, type);
    count(this.#byEndpoint, path);
    exchange.isInjected = true;
    return this.#made(type, path);
  }

  /** The statistics start anew, and the draws with them. */
  reset(): void {
    this.#checks = 0;
    this.#errors = 0;
    this.#byType.clear();
    this.#byEndpoint.clear();
    this.#sinceUs = this.#nowUs();
  }

  /** What `/admin/error-injection` says. */
  view(): object {
    const { errorInjectionEnabled, errorInjectionRate } = this.#settings;
    return {
      enabled: errorInjectionEnabled,
      global_error_rate: errorInjectionRate,
      endpoint_error_rates: Object.fromEntries(this.#rates),
      error_types: this.#types,
      statistics: {
        total_checks: this.#checks,
        total_errors_injected: this.#errors,
        overall_error_rate: this.#checks === 0 ? 0 : this.#errors / this.#checks,
        errors_by_type: Object.fromEntries(this.#byType),
        errors_by_endpoint: Object.fromEntries(this.#byEndpoint),
        uptime_seconds: (this.#nowUs() - this.#sinceUs) / 1e6,
      },
    };
  }

  #drawn(path: string, number: number): InjectedType | undefined {
    const draw = this.#rng.fork(`${number}`);
    const rate = this.#rates.get(path) ?? this.#settings.errorInjectionRate;
    return draw.unit() < rate ? this.#types[draw.below(this.#types.length)] : undefined;
  }

  #made(type: InjectedType, path: string): ApiError {
    const { errorInjectionRetryAfterSeconds: seconds } = this.#settings;
    const injected: HeaderList = [['x-fakeai-injected', type]];
    const headers = RETRIED.includes(type) ? [...injected, ...retryAfter(seconds)] : injected;
    return MAKERS[type]({ path, settings: this.#settings, headers });
  }
}

function isType(text: string): text is InjectedType {
  return TYPES.includes(text);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function paramOf(path: string): string {
  if (path.endsWith('/embeddings')) return 'input';
  return path.endsWith('/v1/completions') ? 'prompt' : 'messages';
}

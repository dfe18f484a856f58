import type { ApiError } from '../../shared/errors.ts';
import type { Soon } from '../http/charge.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';
import { type ApiKeys, credentialOf } from './api-keys.ts';
import type { Gate } from './gate.ts';
import { RateCharge } from './rate-charge.ts';
import type { RateLimits } from './rate-limits.ts';

/** Whom requests without a key count for, all together. */
const ANONYMOUS = 'anonymous';

export interface ApiGateParts {
  /** Undefined where nobody is asked for a key. */
  readonly keys: ApiKeys | undefined;
  /** Undefined where nothing is limited. */
  readonly limits: RateLimits | undefined;
}

/** What a request to the API passes: its key is looked at, then what that may still use. */
export class ApiGate implements Gate {
  readonly #keys: ApiKeys | undefined;
  readonly #limits: RateLimits | undefined;

  constructor({ keys, limits }: ApiGateParts) {
    this.#keys = keys;
    this.#limits = limits;
  }

  refusal(head: RequestHead, exchange: Pick<Exchange, 'charge'>): Soon<ApiError | undefined> {
    const credential = credentialOf(head);
    const refusal = this.#keys?.refusalOf(credential);
    if (refusal !== undefined || this.#limits === undefined) return refusal;
    const charge = new RateCharge(
      this.#limits,
      credential.digest?.toString('base64url') ?? ANONYMOUS,
    );
    exchange.charge = charge;
    return charge.takeRequest();
  }
}

import type { ApiError } from '../../shared/errors.ts';
import type { Soon } from '../http/charge.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Credentials } from './credentials.ts';
import type { Gate } from './gate.ts';
import type { InputChecks } from './input-checks.ts';
import { RateCharge } from './rate-charge.ts';
import type { RateLimits } from './rate-limits.ts';

/** Whom requests without a key count for, all together. */
const ANONYMOUS = 'anonymous';

export interface ApiGateParts {
  readonly credentials: Credentials;
  /** Undefined where nobody is asked for a key. */
  readonly keys: ApiKeys | undefined;
  /** Undefined where nothing is limited. */
  readonly limits: RateLimits | undefined;
  /** Undefined where input is not validated. */
  readonly checks: InputChecks | undefined;
}

/** What a request to the API passes: its key, its own head, then what the key may still use. */
export class ApiGate implements Gate {
  readonly #parts: ApiGateParts;

  constructor(parts: ApiGateParts) {
    this.#parts = parts;
  }

  refusal(head: RequestHead, exchange: Pick<Exchange, 'charge'>): Soon<ApiError | undefined> {
    const { credentials, keys, limits, checks } = this.#parts;
    const credential = credentials.of(head);
    const refusal = keys?.refusalOf(credential) ?? checks?.refusalOfHead(head);
    if (refusal !== undefined || limits === undefined) return refusal;
    const charge = new RateCharge(limits, credential.digest?.toString('base64url') ?? ANONYMOUS);
    exchange.charge = charge;
    return charge.takeRequest();
  }
}

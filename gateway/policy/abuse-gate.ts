import { type ApiError, apiError, retryAfter } from '../../shared/errors.ts';
import type { Soon } from '../http/charge.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { AbuseRecords, Offence } from './abuse-records.ts';
import { clientAddressOf } from './client-address.ts';
import type { Gate } from './gate.ts';

/** Errors that are held against the address they are sent to. */
const OFFENCE_OF: Readonly<Record<string, Offence>> = {
  invalid_api_key: 'wrongKey',
  rate_limit_exceeded: 'rateLimit',
  injection_detected: 'injection',
  unsupported_media_type: 'invalidInput',
  payload_too_large: 'invalidInput',
};

export interface AbuseGateParts {
  readonly records: AbuseRecords;
  /** The client is whom a proxy says that it is. */
  readonly trustsProxy: boolean;
  readonly nowUs: () => number;
}

/** Keeps banned addresses out, and notes what the others are refused for. */
export class AbuseGate implements Gate {
  readonly #parts: AbuseGateParts;
  /** What is behind it, if anything is. */
  readonly #next: Gate | undefined;

  constructor(parts: AbuseGateParts, next: Gate | undefined) {
    this.#parts = parts;
    this.#next = next;
  }

  refusal(head: RequestHead, exchange: Exchange): Soon<ApiError | undefined> {
    const { records, trustsProxy, nowUs } = this.#parts;
    const address = clientAddressOf(head, exchange.peerAddress, trustsProxy);
    const bannedUs = records.bannedUs(address, nowUs());
    if (bannedUs > 0) {
      const seconds = Math.ceil(bannedUs / 1e6);
      return apiError('ip_banned', { seconds }, { headers: retryAfter(seconds) });
    }
    exchange.onError = ({ code }) => {
      const offence = OFFENCE_OF[code ?? ''];
      if (offence !== undefined) records.note(address, offence, nowUs());
    };
    return this.#next?.refusal(head, exchange);
  }
}

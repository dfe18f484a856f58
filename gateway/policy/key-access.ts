import { type ApiError, apiError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import type { RequestHead } from '../http/request-head.ts';
import { ApiKeys, credentialOf, digestOf, maskKey } from './api-keys.ts';
import type { Gate } from './gate.ts';

/** Lets in whoever shows one of the keys. */
export class KeyAccess implements Gate {
  readonly #keys: ApiKeys;

  constructor(keys: ApiKeys) {
    this.#keys = keys;
  }

  refusal(head: RequestHead): ApiError | undefined {
    const key = credentialOf(head);
    if (key === '') return apiError('missing_api_key', {});
    if (this.#keys.has(digestOf(key))) return undefined;
    return apiError('invalid_api_key', { key: maskKey(key) });
  }
}

/** Who may use the API of a server of such settings; undefined if everybody may. */
export function keyGate(settings: Settings): Gate | undefined {
  return settings.requireApiKey ? new KeyAccess(new ApiKeys(settings.apiKeys)) : undefined;
}

import { LRUCache } from 'lru-cache';
import type { RequestHead } from '../http/request-head.ts';
import { type Credential, digestOf } from './api-keys.ts';

const BEARER = /^Bearer(?: +|$)/i;
const NONE: Credential = { key: '', digest: undefined };
const REMEMBERED = 1000;
/** Longer keys are not remembered. */
const REMEMBERED_CHARACTERS = 256;

/**
 * What requests show as their key: OpenAI's clients as a bearer token, Anthropic's as `x-api-key`,
 * Azure's as `api-key`. To hash a key costs more than anything else that is done with it, so those
 * that came last are remembered. They are found by a hash of all their characters, which nobody
 * outside knows: how long that takes tells whether a key was shown before, not what another is.
 */
export class Credentials {
  readonly #known: LRUCache<string, Credential> | undefined;

  /** `remembers`: keys may be in memory as they are. */
  constructor(remembers: boolean) {
    this.#known = remembers ? new LRUCache({ max: REMEMBERED }) : undefined;
  }

  of(head: RequestHead): Credential {
    const shown =
      this.#ofHeader(head.getHeader('authorization')) ??
      this.#ofHeader(head.getHeader('x-api-key')) ??
      this.#ofHeader(head.getHeader('api-key'));
    return shown ?? NONE;
  }

  #ofHeader(value: string): Credential | undefined {
    if (value === '') return undefined;
    const known = this.#known?.get(value);
    if (known !== undefined) return known;
    const key = value.replace(BEARER, '');
    if (key === '') return undefined;
    const credential = { key, digest: digestOf(key) };
    if (value.length <= REMEMBERED_CHARACTERS) this.#known?.set(value, credential);
    return credential;
  }
}

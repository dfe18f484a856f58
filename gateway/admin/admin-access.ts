import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiError, apiError } from '../../shared/errors.ts';
import { isLoopback } from '../../shared/settings/loopback.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import type { RequestHead } from '../http/request-head.ts';

/** An entry of a list of keys that is the SHA-256 of a key. */
const HASHED_KEY = /^sha256:([0-9a-f]{64})$/i;

/** What proxies add to a request that they forward. */
const FORWARDED = /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-client-ip|cf-connecting-ip)$/;

export interface AdminAccessOptions {
  /** Keys, or `sha256:` and the hash of one in hexadecimal. */
  readonly keys: readonly string[];
  readonly scheme: 'http' | 'https';
}

/**
 * Who may use the routes of administration. With keys, whoever shows one. Without, what runs on
 * this machine: but not a web page that its browser has from elsewhere, be it under a name that has
 * been made to point here, and not what a proxy brings in from outside.
 */
export class AdminAccess {
  readonly #digests: readonly Buffer[];
  readonly #scheme: string;

  constructor({ keys, scheme }: AdminAccessOptions) {
    this.#digests = keys.map((key) => {
      const hex = HASHED_KEY.exec(key)?.[1];
      return hex === undefined ? sha256(key) : Buffer.from(hex, 'hex');
    });
    this.#scheme = scheme;
  }

  /** Why a request is not let in; undefined if it is. */
  refusal(head: RequestHead): ApiError | undefined {
    if (this.#digests.length > 0) return this.#refusalOfKey(head);
    const reason = this.#foreign(head);
    return reason === undefined ? undefined : apiError('admin_forbidden', { reason });
  }

  #refusalOfKey(head: RequestHead): ApiError | undefined {
    const key = head.getHeader('authorization').replace(/^Bearer +/i, '');
    if (key === '') return apiError('missing_api_key', {});
    const digest = sha256(key);
    let matches = 0;
    // All of them, so that the time does not tell which it was.
    for (const expected of this.#digests) matches += Number(timingSafeEqual(expected, digest));
    return matches > 0 ? undefined : apiError('invalid_api_key', { key: maskKey(key) });
  }

  /** What shows that a request comes from elsewhere, or only may. */
  #foreign(head: RequestHead): string | undefined {
    const host = head.getHeader('host');
    const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    if (!isLoopback(name)) return `its Host is "${host}", not a loopback address`;
    const origin = head.getHeader('origin');
    if (origin !== '' && origin !== `${this.#scheme}://${host}`) {
      return `it comes from a page of ${origin}`;
    }
    const site = head.getHeader('sec-fetch-site');
    if (site === 'cross-site' || site === 'same-site')
      return 'it comes from a page of another site';
    let proxy: string | undefined;
    // biome-ignore lint/complexity/noForEach: a head is no collection, it has only this method.
    head.forEach((header) => {
      if (FORWARDED.test(header)) proxy = header;
    });
    return proxy === undefined ? undefined : `a proxy has forwarded it (${proxy})`;
  }
}

/** Who may administer a server of such settings; undefined if nobody may. */
export function adminAccess(settings: Settings): AdminAccess | undefined {
  if (!isOn(settings)) return undefined;
  const scheme = settings.sslCertfile === undefined ? 'http' : 'https';
  return new AdminAccess({ keys: settings.adminApiKeys, scheme });
}

/** On request, or by default where only this machine can reach it or keys guard it. */
function isOn(settings: Settings): boolean {
  const { enableAdmin, host, adminApiKeys } = settings;
  if (enableAdmin !== 'auto') return enableAdmin === 'true';
  return isLoopback(host) || adminApiKeys.length > 0;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Enough of a key to recognise one's own typing error by. */
function maskKey(key: string): string {
  return `${key.slice(0, 3)}***`;
}

import { type ApiError, apiError } from '../../shared/errors.ts';
import { isLoopback } from '../../shared/settings/loopback.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import type { RequestHead } from '../http/request-head.ts';
import { ApiKeys } from '../policy/api-keys.ts';
import { Credentials } from '../policy/credentials.ts';
import type { Gate } from '../policy/gate.ts';

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
export class AdminAccess implements Gate {
  readonly #keys: ApiKeys | undefined;
  readonly #credentials = new Credentials(false);
  readonly #scheme: string;

  constructor({ keys, scheme }: AdminAccessOptions) {
    this.#keys = keys.length === 0 ? undefined : new ApiKeys(keys);
    this.#scheme = scheme;
  }

  refusal(head: RequestHead): ApiError | undefined {
    if (this.#keys !== undefined) return this.#keys.refusalOf(this.#credentials.of(head));
    const reason = this.#foreign(head);
    return reason === undefined ? undefined : apiError('admin_forbidden', { reason });
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

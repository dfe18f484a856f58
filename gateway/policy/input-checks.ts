import { type ApiError, apiError } from '../../shared/errors.ts';
import type { RequestHead } from '../http/request-head.ts';
import { injectionIn } from './injection.ts';
import type { Security } from './security.ts';

/** Levels of a body that is validated. */
const DEPTH_MAX = 64;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;
/** Members of a body that name something; its prompts are none. */
const IDS = ['model', 'user', 'prompt_cache_key', 'previous_response_id', 'cache_salt'];
const CONTROL = /\p{Cc}/u;

/**
 * What a request must keep to where input is validated: its head, and the names in its body. Its
 * prompts may say anything.
 */
export class InputChecks {
  readonly depthMax = DEPTH_MAX;
  readonly #detectsInjection: boolean;

  constructor({ detectsInjection }: Pick<Security, 'detectsInjection'>) {
    this.#detectsInjection = detectsInjection;
  }

  /** What is wrong with a head; undefined if nothing is. */
  refusalOfHead(head: RequestHead): ApiError | undefined {
    const method = head.getMethod();
    const type = head.getHeader('content-type');
    if ((method === 'post' || method === 'patch') && !JSON_TYPE.test(type)) {
      return apiError('unsupported_media_type', { got: type });
    }
    if (!this.#detectsInjection) return undefined;
    return this.#injection('path', head.getUrl()) ?? this.#injection('query', head.queryText());
  }

  /** What is wrong with the names in a body; undefined if nothing is. */
  refusalOfBody(body: Readonly<Record<string, unknown>>): ApiError | undefined {
    for (const param of IDS) {
      const problem = this.#problemOf(param, body[param]);
      if (problem !== undefined) return problem;
    }
    const { metadata } = body;
    if (typeof metadata !== 'object' || metadata === null) return undefined;
    for (const [name, value] of Object.entries(metadata)) {
      const key = this.#problemOf('metadata', name);
      const problem = key ?? this.#injectionInText(`metadata.${name}`, value);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #problemOf(param: string, id: unknown): ApiError | undefined {
    if (typeof id !== 'string') return undefined;
    if (CONTROL.test(id)) {
      const got = 'a control character';
      return apiError('invalid_value', { param, got, expected: 'a text without any' });
    }
    return this.#injectionInText(param, id);
  }

  #injectionInText(param: string, text: unknown): ApiError | undefined {
    if (!this.#detectsInjection || typeof text !== 'string') return undefined;
    const reason = injectionIn(text);
    return reason === undefined ? undefined : apiError('injection_detected', { param, reason });
  }

  /** In a text as it is and as it reads when it is decoded. */
  #injection(param: string, text: string): ApiError | undefined {
    return this.#injectionInText(param, text) ?? this.#injectionInText(param, decoded(text));
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

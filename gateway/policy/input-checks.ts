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
const ID_CHARACTERS_MAX = 1024;
/** Of `metadata`, as OpenAI has them: what is looked at in a body is little. */
const PAIRS_MAX = 16;
const NAME_CHARACTERS_MAX = 64;
const VALUE_CHARACTERS_MAX = 512;

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
      const problem = this.#problemOfId(param, body[param], ID_CHARACTERS_MAX);
      if (problem !== undefined) return problem;
    }
    const { metadata } = body;
    if (typeof metadata !== 'object' || metadata === null) return undefined;
    const names = Object.keys(metadata);
    if (names.length > PAIRS_MAX) {
      const details = { param: 'metadata', max: PAIRS_MAX, got: names.length };
      return apiError('array_above_max_length', details);
    }
    for (const name of names) {
      const problem =
        this.#problemOfId('metadata', name, NAME_CHARACTERS_MAX) ??
        this.#problemOfText(`metadata.${name}`, Reflect.get(metadata, name), VALUE_CHARACTERS_MAX);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #problemOfId(param: string, id: unknown, max: number): ApiError | undefined {
    const problem = this.#problemOfText(param, id, max);
    if (problem !== undefined || typeof id !== 'string' || !CONTROL.test(id)) return problem;
    const got = 'a control character';
    return apiError('invalid_value', { param, got, expected: 'a text without any' });
  }

  #problemOfText(param: string, text: unknown, max: number): ApiError | undefined {
    if (typeof text !== 'string') return undefined;
    if (text.length <= max) return this.#injectionInText(param, text);
    return apiError('string_above_max_length', { param, max, got: text.length });
  }

  #injectionInText(param: string, text: string): ApiError | undefined {
    if (!this.#detectsInjection) return undefined;
    const reason = injectionIn(text);
    return reason === undefined ? undefined : apiError('injection_detected', { param, reason });
  }

  /** In a text as it is and as it reads when it is decoded. */
  #injection(param: string, text: string): ApiError | undefined {
    if (text === '') return undefined;
    const problem = this.#injectionInText(param, text);
    return /[%+]/.test(text) ? (problem ?? this.#injectionInText(param, decoded(text))) : problem;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

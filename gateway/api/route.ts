import type { TObject } from '@sinclair/typebox';
import type { ApiError, HttpStatus } from '../../shared/errors.ts';
import type { Handler, Method } from '../http/http-app.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { BodySchema } from './schema/body-schema.ts';

/**
 * Who may use a route: everybody, whoever has an API key where the server asks for one, or whoever
 * may administer the server.
 */
export type Access = 'public' | 'key' | 'admin';

/**
 * One method of one path, and what answers it. Whatever the server knows of its routes it derives
 * from the table of these: what is served, HEAD, 405, preflights, access, labels of the metrics.
 */
export interface Route<Host> {
  readonly method: Method;
  /** As it is documented. A segment in braces stands for any; the last one for all that follows. */
  readonly path: string;
  readonly access: Access;
  /** The path that its requests are counted under, where that is not its own. */
  readonly countedAs?: string;
  /** Workers generate its answers. */
  readonly generates?: true;
  /** What its bodies are, where it takes any. */
  readonly schema?: BodySchema<TObject>;
  /** The JSON body of an error, where it is not to look as OpenAI's do. */
  readonly errorBody?: (error: ApiError, requestId: string) => string;
  /** The status of an error, where that is not its own. */
  readonly errorStatus?: (error: ApiError) => HttpStatus;
  /** What its clients call the header with the id of the request, besides `x-request-id`. */
  readonly requestIdHeader?: string;
  /**
   * Makes what answers its requests, once for each server. With `modelOf` bodies ask for the model
   * that it reads out of the head, whatever they say themselves.
   */
  readonly open: (host: Host, modelOf?: ModelOfHead) => Handler;
}

/** The model that the head of a request asks for. */
export type ModelOfHead = (head: RequestHead) => string;

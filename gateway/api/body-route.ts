import type { Static, TObject } from '@sinclair/typebox';
import { ApiError } from '../../shared/errors.ts';
import type { Exchange } from '../http/exchange.ts';
import type { InputChecks } from '../policy/input-checks.ts';
import type { SlicedWork } from '../prompt/sliced-work.ts';
import { BodyParser } from './body-parser.ts';
import type { Route } from './route.ts';
import type { BodySchema } from './schema/body-schema.ts';

/** What every route needs that takes a body. */
export interface BodyHost {
  /** Does what would hold the event loop for too long. */
  readonly slicedWork: SlicedWork;
  /** What bodies must keep to besides their schema, if anything. */
  readonly inputChecks: InputChecks | undefined;
}

/** Answers a body, which had so many bytes. */
type AnswerBody<Body> = (
  exchange: Exchange,
  body: Body,
  bodyBytes: number,
) => Promise<void> | undefined;

/** The same, of an exchange that is known. */
type AnswerParsed<Body> = (body: Body, bodyBytes: number) => Promise<void> | undefined;

/** `POST path`: an endpoint that no worker answers, and whose bodies keep to `schema`. */
export function bodyRoute<Host extends BodyHost, Body extends TObject>(
  path: string,
  schema: BodySchema<Body>,
  answerFor: (host: Host) => AnswerBody<Static<Body>>,
): Route<Host> {
  return {
    method: 'POST',
    path,
    access: 'key',
    schema,
    open: (host, modelOf) => {
      const bodies = new BodyParser(schema, host.inputChecks);
      const answer = answerFor(host);
      return (exchange, req) => {
        const answerBody: AnswerParsed<Static<Body>> = (body, bytes) =>
          answer(exchange, body, bytes);
        readBody(exchange, bodies, host.slicedWork, answerBody, modelOf?.(req));
      };
    },
  };
}

/**
 * Reads a body, a long one in turns, and has it answered, or answers what is wrong with it. With
 * `model` that is the one that it asks for.
 */
export function readBody<Body extends TObject>(
  exchange: Exchange,
  bodies: BodyParser<Body>,
  work: SlicedWork,
  answer: AnswerParsed<Static<Body>>,
  model: string | undefined,
): void {
  exchange.readBody((bytes) => {
    const { length } = bytes;
    const handle = (body: Static<Body> | ApiError): Promise<void> | undefined => {
      if (!(body instanceof ApiError)) return answer(body, length);
      exchange.sendError(body);
      return undefined;
    };
    if (bodies.isShort(length)) return handle(bodies.parse(bytes, model));
    return bodies
      .parseInTurns(bytes, work, () => exchange.isOpen, model)
      .then((body) => (body === undefined ? undefined : handle(body)));
  });
}

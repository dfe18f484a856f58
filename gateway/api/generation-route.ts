import type { Static, TObject } from '@sinclair/typebox';
import { ApiError } from '../../shared/errors.ts';
import type { FixtureBook } from '../fixtures/fixture-book.ts';
import type { Generation } from '../generate/generation.ts';
import type { Generator } from '../generate/generator.ts';
import { type RoutingHead, routingHead } from '../generate/routing-head.ts';
import { keptHead } from '../http/request-head.ts';
import { BodyParser } from './body-parser.ts';
import { type BodyHost, readBody } from './body-route.ts';
import type { Route } from './route.ts';
import type { BodySchema } from './schema/body-schema.ts';
import { answerScripted, type Question } from './scripted-answer.ts';

/** What every route needs whose answers workers generate. */
export interface GenerationHost extends BodyHost {
  readonly generator: Generator;
  readonly fixtures: FixtureBook;
}

/** Says what is to be generated for a body that keeps to its schema, and how it is written. */
type ParseGeneration<Body> = (
  body: Body,
  head: RoutingHead,
  bodyBytes: number,
) => Generation | ApiError;

/**
 * `POST path`: an endpoint that is all said with what its bodies are and mean. One whose answers
 * can be scripted says what fixtures may ask of a body.
 */
export function generationRoute<Host extends GenerationHost, Body extends TObject>(
  path: string,
  schema: BodySchema<Body>,
  parserFor: (host: Host) => ParseGeneration<Static<Body>>,
  questionOf?: (body: Static<Body>) => Question,
): Route<Host> {
  return {
    method: 'POST',
    path,
    access: 'key',
    generates: true,
    schema,
    open: (host, modelOf) => {
      const { generator, slicedWork, fixtures } = host;
      const bodies = new BodyParser(schema, host.inputChecks);
      const parse = parserFor(host);
      return (exchange, req) => {
        const head = routingHead(req, generator.readsSession);
        const kept = questionOf !== undefined && fixtures.isOn ? keptHead(req) : undefined;
        const answer = (body: Static<Body>, bodyBytes: number) => {
          const generation = parse(body, head, bodyBytes);
          if (generation instanceof ApiError) {
            exchange.sendError(generation);
            return undefined;
          }
          if (kept === undefined || questionOf === undefined) {
            return generator.answer(exchange, generation, bodyBytes);
          }
          const asked = { endpoint: path, head: kept, question: questionOf(body) };
          return answerScripted(exchange, generation, bodyBytes, asked, host);
        };
        readBody(exchange, bodies, slicedWork, answer, modelOf?.(req));
      };
    },
  };
}

import { ApiError } from '../../shared/errors.ts';
import type { Generation } from '../generate/generation.ts';
import type { Generator } from '../generate/generator.ts';
import { type RoutingHead, routingHead } from '../generate/routing-head.ts';
import { type JsonObject, parseJsonObject } from './json-body.ts';
import type { Route } from './route.ts';

/** What every route needs whose answers workers generate. */
export interface GenerationHost {
  readonly generator: Generator;
}

/** Checks a body, and says what is to be generated for it and how it is written. */
export type ParseGeneration = (body: JsonObject, head: RoutingHead) => Generation | ApiError;

/** `POST path`: an endpoint that is all said with how its bodies are parsed. */
export function generationRoute<Host extends GenerationHost>(
  path: string,
  parserFor: (host: Host) => ParseGeneration,
): Route<Host> {
  return {
    method: 'POST',
    path,
    access: 'key',
    generates: true,
    open: (host) => {
      const { generator } = host;
      const parse = parserFor(host);
      return (exchange, req) => {
        const head = routingHead(req, generator.readsSession);
        exchange.readBody((bytes) => {
          const body = parseJsonObject(bytes);
          const generation = body instanceof ApiError ? body : parse(body, head);
          if (!(generation instanceof ApiError)) {
            return generator.answer(exchange, generation, bytes.length);
          }
          exchange.sendError(generation);
          return undefined;
        });
      };
    },
  };
}

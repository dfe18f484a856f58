import type { Static, TObject } from '@sinclair/typebox';
import { ApiError } from '../../shared/errors.ts';
import type { Generation } from '../generate/generation.ts';
import type { Generator } from '../generate/generator.ts';
import { type RoutingHead, routingHead } from '../generate/routing-head.ts';
import type { InputChecks } from '../policy/input-checks.ts';
import type { SlicedWork } from '../prompt/sliced-work.ts';
import { BodyParser } from './body-parser.ts';
import type { Route } from './route.ts';
import type { BodySchema } from './schema/body-schema.ts';

/** What every route needs whose answers workers generate. */
export interface GenerationHost {
  readonly generator: Generator;
  /** Does what would hold the event loop for too long. */
  readonly slicedWork: SlicedWork;
  /** What bodies must keep to besides their schema, if anything. */
  readonly inputChecks: InputChecks | undefined;
}

/** Says what is to be generated for a body that keeps to its schema, and how it is written. */
type ParseGeneration<Body> = (body: Body, head: RoutingHead) => Generation | ApiError;

/** `POST path`: an endpoint that is all said with what its bodies are and mean. */
export function generationRoute<Host extends GenerationHost, Body extends TObject>(
  path: string,
  schema: BodySchema<Body>,
  parserFor: (host: Host) => ParseGeneration<Static<Body>>,
): Route<Host> {
  return {
    method: 'POST',
    path,
    access: 'key',
    generates: true,
    schema,
    open: (host) => {
      const { generator, slicedWork } = host;
      const bodies = new BodyParser(schema, host.inputChecks);
      const parse = parserFor(host);
      return (exchange, req) => {
        const head = routingHead(req, generator.readsSession);
        exchange.readBody((bytes) => {
          const { length } = bytes;
          const answer = (body: Static<Body> | ApiError): Promise<void> | undefined => {
            const generation = body instanceof ApiError ? body : parse(body, head);
            if (!(generation instanceof ApiError)) {
              return generator.answer(exchange, generation, length);
            }
            exchange.sendError(generation);
            return undefined;
          };
          if (bodies.isShort(length)) return answer(bodies.parse(bytes));
          return bodies
            .parseInTurns(bytes, slicedWork, () => exchange.isOpen)
            .then((body) => (body === undefined ? undefined : answer(body)));
        });
      };
    },
  };
}

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import type { HttpApp } from '../../../gateway/http/http-app.ts';
import { whenLetIn } from '../../../gateway/http/when-let-in.ts';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { HttpHost, route, serveRoutes } from '../../support/http-host.ts';
import { RawConnection, rawGet, rawPost } from '../../support/raw-connection.ts';

/** Bodies that come before anybody knows whether they are to be read. */

const host = new HttpHost();
let app: HttpApp;
let port: number;
/** Says whether the next request is let in. */
let letIn: Promise<ApiError | undefined>;
/** The bodies that were read. */
const bodies: string[] = [];

before(async () => {
  const routes = (['GET', 'POST'] as const).map((method) =>
    route(method, '/waiting', (exchange) => {
      void whenLetIn(exchange, letIn, method === 'POST', () => answer(exchange, method));
    }),
  );
  ({ app, port } = await serveRoutes(routes, host));
});
after(() => app.close());
beforeEach(() => {
  bodies.length = 0;
});

function answer(exchange: Exchange, method: string): void {
  if (method === 'GET') {
    exchange.sendJson(200, '1');
    return;
  }
  exchange.readBody((bytes) => {
    bodies.push(bytes.toString());
    exchange.sendJson(200, bytes.toString());
    return undefined;
  });
}

/** Sends a request whose handler waits; of its body all, or all but the last byte. */
async function waiting(hasBody: boolean, isWhole = true) {
  let resolve: (refusal: ApiError | undefined) => void = () => {};
  let reject: (error: Error) => void = () => {};
  letIn = new Promise((keep, fail) => {
    [resolve, reject] = [keep, fail];
  });
  host.startedExchanges.length = 0;
  host.endedExchanges.length = 0;
  const connection = await RawConnection.open(port);
  const request = hasBody ? rawPost('/waiting', '{"a":1}') : rawGet('/waiting', []);
  connection.send(isWhole ? request : request.slice(0, -1));
  await eventually('the handler has it', () => host.startedExchanges.length === 1);
  return { connection, resolve, reject };
}

describe('a request that is let in later', () => {
  it('is handled then, with a body that has come before or comes behind', async () => {
    for (const isWhole of [true, false]) {
      const { connection, resolve } = await waiting(true, isWhole);
      assert.deepEqual(bodies, []);
      resolve(undefined);
      if (!isWhole) connection.send('}');
      assert.equal((await connection.readAnswer()).body, '{"a":1}');
      await connection.close();
      assert.equal(host.intake.bytesInFlight, 0);
      assert.deepEqual(bodies.splice(0), ['{"a":1}']);
    }
    const { connection, resolve } = await waiting(false);
    resolve(undefined);
    assert.equal((await connection.readAnswer()).status, 200);
    await connection.close();
  });

  it('is refused then, with its body, or fails alone', async () => {
    for (const hasBody of [true, false]) {
      const refused = await waiting(hasBody);
      refused.resolve(apiError('missing_api_key', {}));
      assert.equal((await refused.connection.readAnswer()).status, 401);
      await refused.connection.close();
      const failed = await waiting(hasBody);
      failed.reject(new Error('a defect'));
      assert.equal((await failed.connection.readAnswer()).status, 500);
      await failed.connection.close();
      assert.equal(host.intake.bytesInFlight, 0);
    }
    const { connection, resolve } = await waiting(true, false);
    resolve(apiError('missing_api_key', {}));
    await letIn;
    connection.send('}');
    assert.equal((await connection.readAnswer()).status, 401);
    await connection.close();
    assert.deepEqual(bodies, []);
    assert.equal(host.intake.bytesInFlight, 0);
  });

  it('is forgotten when its client leaves before', async () => {
    const { connection, resolve } = await waiting(true);
    await connection.close();
    await eventually('it has ended', () => host.endedExchanges.length === 1);
    resolve(undefined);
    await letIn;
    assert.equal(host.intake.bytesInFlight, 0);
    assert.deepEqual(bodies, []);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HttpApp } from '../../../gateway/http/http-app.ts';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { HttpHost, route, serveRoutes } from '../../support/http-host.ts';
import { RawConnection, rawGet, rawPost } from '../../support/raw-connection.ts';

const host = new HttpHost();
let app: HttpApp;
let origin: string;
let port: number;

before(async () => {
  const routes = [
    route('GET', '/thing', (exchange) => exchange.sendJson(200, '"thing"')),
    route('POST', '/thing', (exchange) => {
      exchange.readBody((bytes) => {
        exchange.sendJson(200, bytes.toString());
        return undefined;
      });
    }),
    route('GET', '/tree/*', (exchange, req) => {
      exchange.sendJson(200, JSON.stringify(req.getUrl()));
    }),
    route('GET', '/defect', () => {
      throw new Error('a defect of the handler');
    }),
    route('POST', '/defect', (exchange) => {
      exchange.readBody(() => {
        throw new Error('a defect after the body');
      });
    }),
    route('GET', '/half', (exchange) => {
      exchange.cork(() => {
        exchange.beginStream([]);
        exchange.writeEvent('data: 1\n\n');
      });
      throw new Error('a defect within a stream');
    }),
  ];
  ({ app, origin, port } = await serveRoutes(routes, host));
});
after(() => app.close());

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(origin + path, init);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe('routes', () => {
  it('are found with and without a slash at the end', async () => {
    assert.equal((await get('/thing')).body, '"thing"');
    assert.equal((await get('/thing/')).body, '"thing"');
    assert.equal((await get('/thing/', { method: 'POST', body: '[1]' })).body, '[1]');
  });

  it('that end in a star take all that follows', async () => {
    assert.equal((await get('/tree/a/b%20c?x=1')).body, '"/tree/a/b%20c"');
  });

  it('of other methods are named by a 405', async () => {
    const { status, headers, body } = await get('/thing', { method: 'DELETE' });
    assert.equal(status, 405);
    assert.equal(headers.get('allow'), 'GET, POST');
    assert.match(body, /Not allowed to DELETE on \/thing/);
    assert.equal((await get('/tree/a', { method: 'PUT' })).headers.get('allow'), 'GET');
  });

  it('that are not there get 404', async () => {
    for (const path of ['/', '/thin', '/thing/more', '/tree']) {
      assert.equal((await get(path)).status, 404, path);
    }
  });

  it('are counted under their endpoint, once when they start and once when they end', async () => {
    const { startedExchanges, endedExchanges } = host;
    const [started, ended] = [startedExchanges.length, endedExchanges.length];
    for (const path of ['/thing', '/thing/', '/nowhere']) await get(path);
    const endpoints = startedExchanges.slice(started).map(({ endpoint }) => endpoint);
    assert.deepEqual(endpoints, [1, 1, 7]);
    assert.deepEqual(endedExchanges.slice(ended), startedExchanges.slice(started));
    assert.deepEqual(
      endedExchanges.slice(ended).map(({ status, end }) => [status, end]),
      [
        [200, 'answered'],
        [200, 'answered'],
        [404, 'answered'],
      ],
    );
  });
});

describe('errors of a family with a shape of its own', () => {
  const toyHost = new HttpHost();
  let toy: Awaited<ReturnType<typeof serveRoutes>>;

  before(async () => {
    const errorBody = ({ status, code }: ApiError) => `{"toy":"${status} ${code}"}`;
    const errorStatus = ({ status }: ApiError) => (status === 404 ? 503 : status);
    const routes = [
      route('POST', '/toy', (exchange) => {
        exchange.readBody((bytes) => {
          if (bytes.length === 0) throw new Error('a defect of the handler');
          exchange.sendError(apiError('model_not_found', { model: 'x' }));
          return undefined;
        });
      }),
    ].map((each) => ({ ...each, errorBody, errorStatus, requestIdHeader: 'toy-id' }));
    toy = await serveRoutes([...routes, route('GET', '/other', () => {})], toyHost);
  });
  after(() => toy.app.close());

  /** The body of the answer to a request, which need not be one of the family. */
  async function answerTo(request: string): Promise<string> {
    const connection = await RawConnection.open(toy.port);
    connection.send(request);
    const { body } = await connection.readAnswer();
    await connection.close();
    return body.trimEnd();
  }

  it('have it from the head of a request to its handler', async () => {
    const tooLong = 'x'.repeat(toyHost.intake.bodyBytesMax + 1);
    assert.equal(await answerTo(rawPost('/toy', '{}')), '{"toy":"404 model_not_found"}');
    assert.equal(await answerTo(rawPost('/toy', '')), '{"toy":"500 internal_error"}');
    assert.equal(await answerTo(rawPost('/toy', tooLong)), '{"toy":"413 payload_too_large"}');
    assert.equal(await answerTo(rawGet('/toy')), '{"toy":"405 method_not_supported"}');
  });

  it('have a status and a header for the id of the request, where it says so', async () => {
    const headers = { 'x-request-id': 'mine' };
    const answer = await fetch(`${toy.origin}/toy`, { method: 'POST', headers, body: '{}' });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('toy-id'), 'mine');
    assert.equal(answer.headers.get('x-request-id'), 'mine');
    assert.equal(await answer.text(), '{"toy":"404 model_not_found"}');
  });

  it("are OpenAI's everywhere else", async () => {
    for (const request of [rawPost('/other', '{}'), rawGet('/nowhere')]) {
      assert.match(await answerTo(request), /^\{"error":\{"message":/);
    }
  });
});

describe('a HEAD request', () => {
  it('gets the headers of a GET and no body, errors included', async () => {
    const connection = await RawConnection.open(port);
    for (const [path, statusLine, length] of [
      ['/thing', 'HTTP/1.1 200 OK', 7],
      ['/tree/a', 'HTTP/1.1 200 OK', 9],
      ['/nowhere', 'HTTP/1.1 404 Not Found', undefined],
    ] as const) {
      connection.send(rawGet(path).replace('GET', 'HEAD'));
      const head = await connection.readHead();
      assert.equal(head.statusLine, statusLine);
      const stated = Number(head.headers.get('content-length'));
      if (length === undefined) assert.ok(stated > 0);
      else assert.equal(stated, length);
    }
    // A body would stand before this answer.
    connection.send(rawGet('/thing'));
    assert.equal((await connection.readAnswer()).body, '"thing"');
    await connection.close();
  });

  it('is refused where only other methods are served, without a body too', async (t) => {
    const own = await serveRoutes([route('POST', '/only', () => {})], new HttpHost());
    t.after(() => own.app.close());
    const connection = await RawConnection.open(own.port);
    for (let turn = 0; turn < 2; turn++) {
      connection.send(rawGet('/only').replace('GET', 'HEAD'));
      const { status, headers } = await connection.readHead();
      assert.equal(status, 405);
      assert.equal(headers.get('allow'), 'POST');
    }
    assert.equal(connection.unread, '');
    await connection.close();
  });
});

describe('an OPTIONS request', () => {
  it('gets an answer without a body, and the connection goes on', async () => {
    const connection = await RawConnection.open(port);
    for (let turn = 0; turn < 2; turn++) {
      connection.send(rawGet('/thing', ['origin: https://page.example']).replace('GET', 'OPTIONS'));
      const { status, headers } = await connection.readHead();
      assert.equal(status, 204);
      assert.equal(headers.has('content-length'), false);
      assert.equal(headers.get('access-control-allow-origin'), 'https://page.example');
    }
    await connection.close();
  });
});

describe('a handler that throws', () => {
  it('costs its own request and no other', async () => {
    const connection = await RawConnection.open(port);
    for (const request of [rawGet('/defect'), rawPost('/defect', '{}'), rawGet('/thing')]) {
      connection.send(request);
      const { status, body } = await connection.readAnswer();
      if (request.includes('/thing')) assert.equal(status, 200);
      else {
        assert.equal(status, 500);
        assert.equal(JSON.parse(body).error.code, 'internal_error');
        assert.doesNotMatch(body, /a defect/);
      }
    }
    await connection.close();
    assert.deepEqual(host.defects.splice(0).map(String), [
      'Error: a defect of the handler',
      'Error: a defect after the body',
    ]);
  });

  it('within its answer breaks the connection off', async () => {
    const connection = await RawConnection.open(port);
    connection.send(rawGet('/half'));
    await connection.closed;
    assert.equal(host.endedExchanges.at(-1)?.end, 'broken-off');
    assert.equal(host.defects.splice(0).length, 1);
    assert.equal((await get('/thing')).status, 200);
  });
});

describe('an address', () => {
  it('that is taken is refused', async () => {
    const second = new HttpApp([], 0, new HttpHost());
    await assert.rejects(
      second.listen('127.0.0.1', port),
      /cannot listen on 127\.0\.0\.1:\d+: .*choose another --port or --host$/,
    );
    second.close();
  });

  it('can be left while connections that are open go on', async () => {
    const own = await serveRoutes(
      [route('GET', '/', (it) => it.sendJson(200, '1'))],
      new HttpHost(),
    );
    const connection = await RawConnection.open(own.port);
    connection.send(rawGet('/'));
    await connection.readAnswer();
    own.app.stopListening();
    own.app.stopListening();
    await assert.rejects(RawConnection.open(own.port), /ECONNREFUSED/);
    connection.send(rawGet('/'));
    assert.equal((await connection.readAnswer()).status, 200);
    own.app.close();
    await connection.closed;
  });
});

describe('a certificate', () => {
  it('that cannot be used is named', () => {
    const tls = { certFile: 'test/no-certificate.pem', keyFile: 'test/no-key.pem' };
    assert.throws(
      () => new HttpApp([], 0, new HttpHost(), tls),
      /cannot use the certificate test\/no-certificate\.pem with the key test\/no-key\.pem: both must be PEM/,
    );
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import type { HttpApp } from '../../../gateway/http/http-app.ts';
import { eventually } from '../../support/eventually.ts';
import { HttpHost, route, serveRoutes } from '../../support/http-host.ts';
import { RawConnection, rawGet, rawPost } from '../../support/raw-connection.ts';

const host = new HttpHost();
let app: HttpApp;
let port: number;
/** The exchange of the last request, its body if it has been read whole, and whether it is gone. */
let exchange: Exchange;
let body: string | undefined;
let gone = 0;

before(async () => {
  const routes = [
    route('get', '/held', (given) => {
      exchange = given;
      given.onGone(() => gone++);
    }),
    route('post', '/held', (given) => {
      exchange = given;
      given.readBody((text) => {
        body = text;
      });
    }),
  ];
  ({ app, port } = await serveRoutes(routes, host));
});
after(() => app.close());
beforeEach(() => {
  body = undefined;
  gone = 0;
  host.endedExchanges.length = 0;
  host.startedExchanges.length = 0;
});

/** Sends a request whose handler keeps the exchange without an answer. */
async function held(headers: readonly string[] = []): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  connection.send(rawGet('/held', headers));
  await eventually('the handler has it', () => host.startedExchanges.length === 1);
  return connection;
}

describe('an exchange', () => {
  it('ends once, with its answer', async () => {
    const connection = await held();
    assert.equal(exchange.isOpen, true);
    assert.equal(exchange.hasBegun, false);
    exchange.sendJson(200, '1', [['x-extra', 'yes']]);
    exchange.sendJson(500, '2');
    exchange.breakOff();
    const { status, headers, body: answer } = await connection.readAnswer();
    assert.deepEqual([status, answer], [200, '1']);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('x-extra'), 'yes');
    assert.equal(headers.get('x-request-id'), exchange.requestId);
    await connection.close();
    assert.deepEqual(host.endedExchanges, [exchange]);
    assert.equal(exchange.end, 'answered');
    assert.equal(gone, 0, 'a client that leaves afterwards is no event');
  });

  it('ends when the client leaves, and then writes nothing', async () => {
    const connection = await held();
    await connection.close();
    await eventually('the client is gone', () => gone === 1);
    assert.equal(exchange.end, 'client-left');
    assert.equal(exchange.isOpen, false);
    exchange.sendJson(200, '1');
    exchange.cork(() => assert.fail('there is nobody to write to'));
    exchange.breakOff();
    assert.deepEqual(host.endedExchanges, [exchange]);
  });

  it('closes its connection when it is broken off', async () => {
    const connection = await held();
    exchange.cork(() => {
      exchange.beginStream([]);
      exchange.writeEvent('data: 1\n\n');
    });
    assert.equal(exchange.hasBegun, true);
    await connection.readThrough('data: 1\n\n');
    exchange.breakOff();
    await connection.closed;
    assert.equal(exchange.end, 'broken-off');
    assert.equal(gone, 0);
  });

  it('closes its connection with its answer while the server ends', async () => {
    host.draining = true;
    try {
      const connection = await held();
      exchange.sendJson(200, '1');
      assert.equal((await connection.readAnswer()).headers.get('connection'), 'close');
      await connection.closed;
    } finally {
      host.draining = false;
    }
  });
});

describe('a body', () => {
  it('is given whole once its last byte is there', async () => {
    const connection = await RawConnection.open(port);
    const request = rawPost('/held', '{"text":"ünïcödé"}');
    connection.send(request.slice(0, -6));
    await eventually('the handler has it', () => host.startedExchanges.length === 1);
    assert.equal(body, undefined);
    connection.send(request.slice(-6));
    await eventually('the body is read', () => body !== undefined);
    assert.equal(body, '{"text":"ünïcödé"}');
    await connection.close();
  });

  it('may split a character between two segments', async () => {
    const connection = await RawConnection.open(port);
    const request = Buffer.from(rawPost('/held', '"é"'));
    connection.send(request.subarray(0, -2));
    await eventually('the handler has it', () => host.startedExchanges.length === 1);
    connection.send(request.subarray(-2));
    await eventually('the body is read', () => body !== undefined);
    assert.equal(body, '"é"');
    await connection.close();
  });

  it('that is too large is refused and never given', async () => {
    const connection = await RawConnection.open(port);
    connection.send(rawPost('/held', 'x'.repeat(host.bodyBytesMax + 1)));
    const { status, headers } = await connection.readAnswer();
    assert.equal(status, 413);
    assert.equal(headers.get('connection'), 'close');
    await connection.closed;
    assert.equal(body, undefined);
    assert.equal(host.endedExchanges.length, 1);
  });

  it('whose client leaves before its end is never given', async () => {
    const connection = await RawConnection.open(port);
    connection.send(rawPost('/held', '{"a":1}').slice(0, -1));
    await eventually('the handler has it', () => host.startedExchanges.length === 1);
    await connection.close();
    await eventually('it has ended', () => host.endedExchanges.length === 1);
    assert.equal(exchange.end, 'client-left');
    assert.equal(body, undefined);
  });
});

describe('a stream', () => {
  it('tells when its client does not read, and goes on when it does', async () => {
    const connection = await held();
    connection.socket.pause();
    const event = `data: ${'x'.repeat(100_000)}\n\n`;
    let written = 0;
    let rooms = 0;
    exchange.onRoom(() => rooms++);
    exchange.cork(() => exchange.beginStream([]));
    while (!exchange.isBlocked) {
      exchange.cork(() => exchange.writeEvent(event));
      written++;
      assert.ok(written < 2000, 'no buffer is that large');
    }
    connection.socket.resume();
    await eventually('there is room again', () => rooms > 0);
    assert.equal(exchange.isBlocked, false);
    exchange.cork(() => exchange.endStream());
    assert.equal((await connection.readAnswer()).body.length, written * event.length);
    await connection.close();
    assert.equal(exchange.end, 'answered');
  });

  it('whose client leaves without having read is one that stalled', async () => {
    const connection = await held();
    connection.socket.pause();
    exchange.cork(() => exchange.beginStream([]));
    while (!exchange.isBlocked) {
      exchange.cork(() => exchange.writeEvent(`data: ${'x'.repeat(100_000)}\n\n`));
    }
    connection.reset();
    await eventually('the client is gone', () => gone === 1);
    assert.equal(exchange.end, 'client-stalled');
  });
});

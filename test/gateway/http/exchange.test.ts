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
    route('GET', '/held', (given) => {
      exchange = given;
      given.attend({ gone: () => gone++, room: () => {} });
    }),
    route('POST', '/held', (given) => {
      exchange = given;
      given.readBody((bytes) => {
        body = bytes.toString();
        return undefined;
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

  it('of a stream ends when the connection has taken all of it', async () => {
    const connection = await held();
    connection.socket.pause();
    const event = `data: ${'x'.repeat(1e6)}\n\n`;
    let written = 0;
    exchange.cork(() => exchange.beginStream([]));
    while (!exchange.isBlocked) {
      exchange.cork(() => exchange.writeEvent(event));
      written++;
    }
    exchange.cork(() => exchange.endStream());
    assert.equal(exchange.isOpen, false, 'nothing more may be written');
    assert.deepEqual(host.endedExchanges, []);
    connection.socket.resume();
    const answer = await connection.readAnswer();
    assert.equal(answer.body.length, written * event.length);
    assert.equal(exchange.end, 'answered');
    assert.deepEqual(host.endedExchanges, [exchange]);
    await connection.close();
  });
});

describe('a connection whose client does not read', () => {
  it('gets every answer whole, also those that do not fit the library while it is full', async () => {
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    const bodies = Array.from({ length: 300 }, (_, at) => `${at} ${'x'.repeat(16_000 + 40 * at)}`);
    for (const [at, each] of bodies.entries()) {
      connection.send(rawGet('/held', []));
      await eventually('the handler has it', () => host.startedExchanges.length === at + 1);
      exchange.send(200, 'text/plain', each);
    }
    connection.socket.resume();
    for (const each of bodies) {
      assert.ok((await connection.readAnswer()).body === each, 'no byte is lost');
    }
    await connection.close();
  });
});

describe('an exchange while the server ends', () => {
  it('begins streams with the word that the connection will close while the server ends', async () => {
    host.draining = true;
    try {
      const connection = await held();
      exchange.cork(() => {
        exchange.beginStream([]);
        exchange.writeEvent('data: 1\n\n');
        exchange.endStream();
      });
      const { headers, chunks } = await connection.readAnswer();
      assert.equal(headers.get('connection'), 'close');
      assert.deepEqual(chunks, ['data: 1\n\n']);
      await connection.close();
    } finally {
      host.draining = false;
    }
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

describe('a body for which there is no room', () => {
  it('is refused and never given', async () => {
    const connection = await RawConnection.open(port);
    const request = rawPost('/held', 'x'.repeat(host.intake.bodyBytesMax + 1));
    connection.send(request.slice(0, -1));
    const { status, headers } = await connection.readAnswer();
    assert.equal(status, 413);
    assert.equal(headers.get('connection'), 'close');
    await connection.closed;
    assert.equal(body, undefined);
    assert.equal(host.endedExchanges.length, 1);
  });

  it('leaves its connection to the next request', async () => {
    const connection = await RawConnection.open(port);
    connection.send(rawPost('/held', 'x'.repeat(host.intake.bodyBytesMax + 1)));
    assert.equal((await connection.readAnswer()).status, 413);
    connection.send(rawPost('/held', '{}'));
    await eventually('the next one is read', () => body === '{}');
    await connection.close();
  });

  it('of unknown length is refused once it is too large', async () => {
    const connection = await RawConnection.open(port);
    const chunk = `12c\r\n${'x'.repeat(300)}\r\n`;
    const head = 'POST /held HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    await connection.sendInParts([head, chunk, chunk, chunk, chunk, '0\r\n\r\n']);
    assert.equal((await connection.readAnswer()).status, 413);
    assert.equal(body, undefined);
    assert.equal(host.intake.bytesInFlight, 0);
    await connection.close();
  });

  it('is taken when others have ended', async () => {
    const upload = rawPost('/held', 'x'.repeat(900));
    const uploads = [await RawConnection.open(port), await RawConnection.open(port)];
    for (const connection of uploads) connection.send(upload.slice(0, -1));
    await eventually('both are there', () => host.intake.bytesInFlight === 1800);
    const third = await RawConnection.open(port);
    third.send(upload);
    const { status, headers } = await third.readAnswer();
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), '1');
    assert.equal(host.intake.bodiesRefused, 1);
    await uploads.pop()?.close();
    await eventually('one has left', () => host.intake.bytesInFlight === 900);
    third.send(upload);
    await eventually('it is read', () => body !== undefined);
    assert.equal(host.intake.bytesInFlight, 900, 'what was read is not charged any more');
    await uploads.pop()?.close();
    await third.close();
  });

  it('may have been kept out by uploads that stopped: each is one of the requests that may be under way', async () => {
    const stalled = await Promise.all([1, 2, 3].map(() => RawConnection.open(port)));
    for (const connection of stalled) connection.send(rawPost('/held', '{}').slice(0, -1));
    await eventually('all are there', () => host.startedExchanges.length === 3);
    const fourth = await RawConnection.open(port);
    fourth.send(rawPost('/held', '{}'));
    assert.equal((await fourth.readAnswer()).status, 503);
    for (const connection of stalled) await connection.close();
    await eventually('all have left', () => host.endedExchanges.length === 4);
    fourth.send(rawPost('/held', '{}'));
    await eventually('it is read', () => body === '{}');
    await fourth.close();
  });
});

describe('a stream', () => {
  it('tells when its client does not read, and goes on when it does', async () => {
    const connection = await held();
    connection.socket.pause();
    const event = `data: ${'x'.repeat(100_000)}\n\n`;
    let written = 0;
    let rooms = 0;
    exchange.attend({ gone: () => {}, room: () => rooms++ });
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

  for (const agent of ['curl/8.5.0', 'python-requests/2.32.3']) {
    it(`in many small parts arrives whole, however slowly ${agent} reads it`, async () => {
      const connection = await held([`user-agent: ${agent}`]);
      connection.socket.pause();
      let body = '';
      const burst = () => {
        if (!exchange.hasBegun) exchange.beginStream([['x-long', 'x'.repeat(4000)]], 400);
        for (let part = 0; part < 2000 && !exchange.isFull && !exchange.isBlocked; part++) {
          const event = `data: ${body.length} ${'x'.repeat(1 + ((part * 7) % 40))}\n\n`;
          body += event;
          exchange.writeEvent(event, event.length);
        }
      };
      for (let round = 0; round < 4; round++) {
        while (!exchange.isBlocked) exchange.cork(burst);
        connection.socket.resume();
        await eventually('there is room again', () => !exchange.isBlocked);
        connection.socket.pause();
      }
      exchange.cork(() => exchange.endStream());
      connection.socket.resume();
      assert.ok((await connection.readAnswer()).body === body, 'no byte is lost');
      await connection.close();
    });
  }

  it('of 50 short events fills one burst', async () => {
    const connection = await held();
    const event = `data: ${'x'.repeat(270)}\n\n`;
    exchange.cork(() => {
      exchange.beginStream([['x-some', 'x'.repeat(100)]], 400);
      for (let part = 0; part < 50; part++) {
        assert.ok(!exchange.isFull);
        exchange.writeEvent(event, event.length);
      }
      exchange.endStream();
    });
    assert.equal((await connection.readAnswer()).chunks.length, 50);
    await connection.close();
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

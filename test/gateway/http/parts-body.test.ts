import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange, ExchangeListener } from '../../../gateway/http/exchange.ts';
import { PartsBody } from '../../../gateway/http/parts-body.ts';
import { eventually } from '../../support/eventually.ts';

/** A client that takes `room` parts at a time. */
class Client {
  isOpen = true;
  isBlocked = false;
  isFull = false;
  end: string | undefined;
  readonly taken: (string | Uint8Array)[] = [];
  readonly room: number;
  listener: ExchangeListener | undefined;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  attend(listener: ExchangeListener): void {
    this.listener = listener;
  }

  cork(write: () => void): void {
    write();
  }

  beginBody(): void {}

  write(part: string | Uint8Array): void {
    assert.ok(this.isOpen && !this.isBlocked, 'nothing is written to nobody');
    this.taken.push(part);
    if (this.taken.length % this.room === 0) this.isBlocked = true;
  }

  endStream(): void {
    this.#close('answered');
  }

  dropClient(): void {
    this.#close('client-stalled');
  }

  failed(error: unknown): void {
    this.#close(String(error));
  }

  reads(): void {
    this.isBlocked = false;
    this.listener?.room();
  }

  #close(end: string): void {
    this.end = end;
    this.isOpen = false;
  }
}

function* numbered(count: number, made: { parts: number }): Generator<string, void, undefined> {
  for (let part = 0; part < count; part++) {
    made.parts++;
    yield part % 2 === 0 ? `${part}` : '';
  }
}

function sent(client: Client, parts: Iterator<string, void, undefined>, limitSeconds = 60): void {
  new PartsBody(client as unknown as Exchange, parts, limitSeconds).send('text/plain', []);
}

test('all parts are sent in order, over some turns of the event loop, but for empty ones', async () => {
  const client = new Client();
  sent(client, numbered(1000, { parts: 0 }));
  assert.equal(client.end, undefined, 'not all at once');
  await eventually('the body ends', () => client.end !== undefined);
  assert.equal(client.end, 'answered');
  assert.deepEqual(
    client.taken,
    Array.from({ length: 500 }, (_, n) => `${2 * n}`),
  );
});

test('nothing is made that the client does not take', () => {
  const client = new Client(10);
  const made = { parts: 0 };
  sent(client, numbered(1000, made));
  assert.ok(made.parts <= 20);
  client.reads();
  assert.ok(made.parts > 20 && made.parts <= 40);
});

test('a client that does not take all of it in time is given up', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const client = new Client(10);
  sent(client, numbered(1000, { parts: 0 }), 5);
  t.mock.timers.tick(4999);
  assert.equal(client.end, undefined);
  t.mock.timers.tick(1);
  assert.equal(client.end, 'client-stalled');
});

test('what a part throws in a later turn ends this answer', async () => {
  const client = new Client();
  const parts = (function* () {
    for (let n = 0; n < 100; n++) yield 'part';
    throw new Error('a defect');
  })();
  sent(client, parts);
  await eventually('the answer fails', () => client.end === 'Error: a defect');
});

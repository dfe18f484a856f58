import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { FirstTokenDelay } from '../../../gateway/generate/first-token-delay.ts';
import type { Exchange, ExchangeListener } from '../../../gateway/http/exchange.ts';
import { constantLatency, workerConfigWith } from '../../support/sequences.ts';

class Client {
  readonly charge = undefined;
  listener: ExchangeListener | undefined;
  failure: unknown;

  attend(listener: ExchangeListener): void {
    this.listener = listener;
  }

  failed(error: unknown): void {
    this.failure = error;
  }
}

function waiting(ttftUs: number, answer: () => void): Client {
  const client = new Client();
  const delay = new FirstTokenDelay(workerConfigWith({ latency: constantLatency(ttftUs, 0) }), 1);
  delay.wait(client as unknown as Exchange, 10, 0, answer);
  return client;
}

test('an answer comes after a time to first token', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answer = mock.fn();
  waiting(20_000, answer);
  t.mock.timers.tick(19);
  assert.equal(answer.mock.callCount(), 0);
  t.mock.timers.tick(1);
  assert.equal(answer.mock.callCount(), 1);
});

test('without a time it comes at once', () => {
  const answer = mock.fn();
  waiting(0, answer);
  assert.equal(answer.mock.callCount(), 1);
});

test('a client that has left gets none', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answer = mock.fn();
  waiting(20_000, answer).listener?.gone();
  t.mock.timers.tick(100);
  assert.equal(answer.mock.callCount(), 0);
});

test('what an answer throws is a failure of its request', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const defect = new Error('a defect');
  const client = waiting(1000, () => {
    throw defect;
  });
  t.mock.timers.tick(1);
  assert.equal(client.failure, defect);
});

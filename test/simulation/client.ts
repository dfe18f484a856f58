import assert from 'node:assert/strict';
import type { RequestListener } from '../../engine/cluster/request.ts';
import type { RequestId } from '../../shared/ids.ts';
import { type EventBatch, OUTCOME, type Outcome } from '../../shared/protocol.ts';
import type { VirtualCluster } from '../support/virtual-cluster.ts';

/** What has become of a client's request. */
export type Fate = 'open' | 'left' | 'finished' | 'rejected' | 'failed';

/** One client: holds what it hears against what a request may go through, and writes it down. */
export class Client implements RequestListener {
  readonly arrivedUs: number;
  readonly outputTokens: number;
  fate: Fate = 'open';
  readonly #virtual: VirtualCluster;
  readonly #isQuiet: boolean;
  readonly #log: string[];
  #admittedUs = -1;
  #firstUs = -1;
  #tokens = 0;

  constructor(virtual: VirtualCluster, outputTokens: number, isQuiet: boolean, log: string[]) {
    this.#virtual = virtual;
    this.arrivedUs = virtual.nowUs;
    this.outputTokens = outputTokens;
    this.#isQuiet = isQuiet;
    this.#log = log;
  }

  started(request: RequestId, cachedTokens: number, queuedUs: number, batch: EventBatch): void {
    this.#hear(request, `started ${cachedTokens} ${queuedUs}`);
    assert.equal(this.#firstUs, -1, 'a request starts once');
    assert.ok(batch.endUs <= this.#virtual.nowUs, 'nothing is heard before it has happened');
    this.#firstUs = batch.endUs;
    // One that was placed anew counts its wait from then, which is no earlier.
    this.#admittedUs = this.arrivedUs + queuedUs;
    assert.ok(this.arrivedUs <= this.#admittedUs && this.#admittedUs <= this.#firstUs);
  }

  tokens(request: RequestId, count: number, lateUs: number, batch: EventBatch): void {
    this.#hear(request, `tokens ${count} x${batch.steps}`);
    assert.ok(this.#firstUs >= 0, 'a request starts before its first token');
    assert.ok(count >= 1 && lateUs >= 0);
    assert.ok(this.#virtual.hasDelays || lateUs === 0, 'nothing is late in virtual time');
    if (this.#isQuiet) assert.equal(count, this.outputTokens, 'all tokens together');
    else assert.ok(batch.steps === 1 || count === batch.steps, 'a token for each equal step');
    this.#tokens += count;
    assert.ok(this.#tokens <= this.outputTokens, 'no token too many');
  }

  ended(request: RequestId, outcome: Outcome): void {
    this.#hear(request, `ended ${outcome}`);
    if (outcome === OUTCOME.finished) {
      assert.equal(this.#tokens, this.outputTokens, 'as many tokens as were to come');
      assert.ok(this.#firstUs <= this.#virtual.nowUs);
      this.fate = 'finished';
    } else {
      assert.ok(outcome === OUTCOME.queueFull || outcome === OUTCOME.tooLong);
      assert.equal(this.#tokens, 0, 'a request that is turned away has no token');
      this.fate = 'rejected';
    }
  }

  failed(request: RequestId): void {
    this.#hear(request, 'failed');
    this.fate = 'failed';
  }

  leave(request: RequestId): void {
    if (this.fate !== 'open') return;
    this.fate = 'left';
    this.#virtual.cluster.cancel(request);
  }

  #hear(request: RequestId, what: string): void {
    assert.equal(this.fate, 'open', 'nothing is heard after the end');
    this.#log.push(`${this.#virtual.nowUs} ${request} ${what}`);
  }
}

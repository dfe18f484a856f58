import { SequenceLatencies } from '../../engine/worker/latency/sequence-latencies.ts';
import { StepShape } from '../../engine/worker/latency/step-shape.ts';
import type { WorkerConfig } from '../../shared/protocol.ts';
import type { Exchange } from '../http/exchange.ts';
import { whenCharged } from './when-charged.ts';

/**
 * Lets requests wait that no worker computes for as long as an idle worker would take to their
 * first token.
 */
export class FirstTokenDelay {
  readonly #latencies: SequenceLatencies;
  readonly #step = new StepShape(1);
  /** The stream of draws. */
  readonly #stream: Uint32Array;

  constructor(worker: WorkerConfig, seed: number) {
    this.#latencies = new SequenceLatencies(worker);
    this.#stream = Uint32Array.of(seed);
  }

  /**
   * Charges the key of the request, and calls `answer` when a prompt of so many tokens is computed,
   * unless the client has left. For `profile` see `SubmitCommand`.
   */
  wait(exchange: Exchange, tokens: number, profile: number, answer: () => void): void {
    const { charge } = exchange;
    if (charge === undefined) {
      this.#wait(exchange, tokens, profile, answer);
      return;
    }
    const start = (): void => this.#wait(exchange, tokens, profile, answer);
    void whenCharged(exchange, charge, tokens, start)?.catch((error) => exchange.failed(error));
  }

  #wait(exchange: Exchange, tokens: number, profile: number, answer: () => void): void {
    const delayUs = this.#drawUs(Math.max(1, tokens), profile);
    if (delayUs === 0) {
      answer();
      return;
    }
    const timer = setTimeout(() => {
      try {
        answer();
      } catch (error) {
        exchange.failed(error);
      }
    }, delayUs / 1000);
    exchange.attend({ gone: () => clearTimeout(timer), room: () => {} });
  }

  #drawUs(tokens: number, profile: number): number {
    const step = this.#step;
    step.clear();
    step.addChunk(tokens, tokens, 1);
    step.starts = 1;
    step.running = 1;
    return this.#latencies.of(profile).ttftUs(step, this.#stream, 0);
  }
}

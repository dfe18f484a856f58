import assert from 'node:assert/strict';
import { SimulatedWorker, type WorkerTuning } from '../../engine/worker/worker.ts';
import { requestId, workerId } from '../../shared/ids.ts';
import {
  type CancelCommand,
  ENDED_WORDS,
  EventBatch,
  type LoadReport,
  OUTCOME,
  STARTED_WORDS,
  TOKEN_WORDS,
  type WorkerConfig,
} from '../../shared/protocol.ts';
import { cancelWith, submitWith, workerConfigWith } from './sequences.ts';

type Submit = NonNullable<Parameters<typeof submitWith>[1]>;

/** One effect of a worker, in words: what happened to which request, and when. */
export interface Effect {
  readonly atUs: number;
  readonly what: 'started' | 'token' | keyof typeof OUTCOME;
  readonly request: number;
}

/** A worker in virtual time, and everything that came out of it. */
export class WorkerRig {
  readonly worker: SimulatedWorker;
  readonly effects: Effect[] = [];
  /** KV events as `lo:hi@time`; a removed block has `REMOVED_BIT` in its hi. */
  readonly kv: string[] = [];
  readonly started = new Map<number, { cachedTokens: number; queuedUs: number }>();
  readonly loads: LoadReport[] = [];
  /** Every batch: when it ended, and how many steps of what duration it sums up. */
  readonly batches: { endUs: number; steps: number; stepUs: number }[] = [];
  readonly #batch = new EventBatch(workerId(0));
  #nowUs = 0;
  #seq = 0;

  constructor(changes: Partial<WorkerConfig> = {}, tuning: WorkerTuning = {}) {
    this.worker = new SimulatedWorker(workerId(0), workerConfigWith(changes), tuning);
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** The last load report. */
  get load(): LoadReport {
    return this.loads.at(-1) ?? assert.fail('the worker has not reported yet');
  }

  /** Advances to the arrival of a sequence and submits it. */
  submit(request: number, changes: Submit = {}): void {
    const arrivedUs = changes.arrivedUs ?? this.#nowUs;
    this.runUntil(arrivedUs - 1);
    this.#nowUs = arrivedUs;
    this.worker.submit(submitWith(request, { ...changes, arrivedUs }));
  }

  /** Advances to just before `atUs` and cancels. */
  cancel(
    request: number,
    atUs: number,
    outcome: CancelCommand['outcome'] = OUTCOME.cancelled,
  ): void {
    this.runUntil(atUs - 1);
    this.#nowUs = Math.max(this.#nowUs, atUs);
    this.worker.cancel(cancelWith(request, { outcome }), atUs);
  }

  /** Advances to just before `atUs` and hands over further hashes. */
  extend(request: number, hashes: Uint32Array, atUs: number): void {
    this.runUntil(atUs - 1);
    this.#nowUs = Math.max(this.#nowUs, atUs);
    const { worker } = cancelWith(request);
    this.worker.extend({ kind: 'extend', worker, request: requestId(request), hashes }, atUs);
  }

  /** Does all that is due up to and including `untilUs`. */
  runUntil(untilUs: number): void {
    for (let wakes = 0; this.worker.nextWakeUs() <= untilUs; wakes++) {
      assert.ok(wakes < 1e6, 'time goes on');
      this.#nowUs = Math.max(this.#nowUs, this.worker.nextWakeUs());
      this.advance(this.#nowUs, Number.POSITIVE_INFINITY);
    }
    this.#nowUs = Math.max(this.#nowUs, untilUs);
  }

  /** Does what is due next. */
  step(): void {
    this.runUntil(this.worker.nextWakeUs());
  }

  /** Runs until there is nothing left to do. */
  drain(): void {
    for (let wakes = 0; this.worker.nextWakeUs() < Number.POSITIVE_INFINITY; wakes++) {
      assert.ok(wakes < 1e6, 'work comes to an end');
      this.#nowUs = Math.max(this.#nowUs, this.worker.nextWakeUs());
      this.advance(this.#nowUs, Number.POSITIVE_INFINITY);
    }
    assert.equal(this.worker.size, 0);
  }

  /** One call of the worker's `advance`. */
  advance(nowUs: number, horizonUs: number): void {
    if (this.worker.advance(nowUs, horizonUs, this.#batch)) this.#note(nowUs, this.#batch);
    this.worker.checkInvariants();
  }

  /** Times of a request's tokens. */
  tokens(request: number): number[] {
    return this.#times(request, 'token');
  }

  /** Outcome of a request and when it ended, if it has. */
  end(request: number): [outcome: string, atUs: number] | undefined {
    const ends = this.effects.filter((e) => e.request === request && e.what in OUTCOME);
    assert.ok(ends.length <= 1, 'a request ends once');
    return ends[0] === undefined ? undefined : [ends[0].what, ends[0].atUs];
  }

  #times(request: number, what: Effect['what']): number[] {
    return this.effects
      .filter((effect) => effect.request === request && effect.what === what)
      .map((effect) => effect.atUs);
  }

  #note(nowUs: number, batch: EventBatch): void {
    assert.equal(batch.seq, ++this.#seq, 'batches are counted without gaps');
    assert.ok(batch.endUs <= nowUs, 'nothing is visible before it has happened');
    assert.equal(batch.load.latenessUs, nowUs - batch.endUs);
    this.loads.push({ ...batch.load });
    this.batches.push({ endUs: batch.endUs, steps: batch.steps, stepUs: batch.stepUs });
    for (let i = 0; i < batch.kv.length; i += 2) {
      this.kv.push(`${batch.kv.at(i)}:${batch.kv.at(i + 1)}@${batch.endUs}`);
    }
    for (let i = 0; i < batch.started.length; i += STARTED_WORDS) {
      const cachedTokens = batch.started.at(i + 1);
      this.started.set(batch.started.at(i), { cachedTokens, queuedUs: batch.queuedUsAt(i) });
    }
    for (let i = 0; i < batch.tokens.length; i += TOKEN_WORDS) {
      const lastUs = nowUs - batch.tokens.at(i + 2);
      const count = batch.tokens.at(i + 1);
      for (let left = count - 1; left >= 0; left--) {
        const atUs = batch.steps > 1 ? lastUs - left * batch.stepUs : lastUs;
        this.effects.push({ atUs, what: 'token', request: batch.tokens.at(i) });
      }
    }
    for (let i = 0; i < batch.ended.length; i += ENDED_WORDS) {
      const what = outcomeName(batch.ended.at(i + 1));
      this.effects.push({ atUs: batch.endUs, what, request: batch.ended.at(i) });
    }
  }
}

function outcomeName(word: number): keyof typeof OUTCOME {
  for (const [name, value] of Object.entries(OUTCOME)) {
    if (value === word) return name as keyof typeof OUTCOME;
  }
  return assert.fail(`unknown outcome ${word}`);
}

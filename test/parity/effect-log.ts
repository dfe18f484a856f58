import {
  ENDED_WORDS,
  type EventBatch,
  type LoadReport,
  OUTCOME,
  STARTED_WORDS,
  TOKEN_WORDS,
} from '../../shared/protocol.ts';

interface WorkerLog {
  readonly kv: string[];
  readonly started: string[];
  readonly tokens: { readonly atUs: number; readonly request: number }[];
  readonly ended: string[];
  /**
   * Requests that can never fit: they are refused on sight, before what was due earlier is done.
   */
  readonly tooLong: number[];
  load: LoadReport | undefined;
}

/**
 * The effects of each worker in order, whatever batches they came in and however late: a token is
 * noted at the time at which it was due.
 */
export class EffectLog {
  readonly #workers = new Map<number, WorkerLog>();
  readonly #cancelled = new Set<number>();

  readonly note = (batch: EventBatch): void => {
    const log = this.#logOf(batch.worker);
    const { kv, started, ended } = batch;
    for (let at = 0; at < kv.length; at += 2) log.kv.push(`${kv.at(at)}:${kv.at(at + 1)}`);
    for (let at = 0; at < started.length; at += STARTED_WORDS) {
      log.started.push(`${started.at(at)} ${started.at(at + 1)} ${batch.queuedUsAt(at)}`);
    }
    this.#noteTokens(log, batch);
    for (let at = 0; at < ended.length; at += ENDED_WORDS) {
      if (ended.at(at + 1) === OUTCOME.cancelled) this.#cancelled.add(ended.at(at));
      if (ended.at(at + 1) === OUTCOME.tooLong) log.tooLong.push(ended.at(at));
      else log.ended.push(`${ended.at(at)} ${ended.at(at + 1)}`);
    }
    log.load = { ...batch.load, latenessUs: 0 };
  };

  /**
   * All of it as plain values, but for tokens just before a cancel, whose client has left before it
   * could hear of them.
   */
  summary(): unknown {
    return [...this.#workers]
      .sort(([a], [b]) => a - b)
      .map(([worker, log]) => ({
        worker,
        ...log,
        tokens: log.tokens.filter(({ request }) => !this.#cancelled.has(request)),
      }));
  }

  /** Tokens of requests that were not cancelled. */
  get tokens(): number {
    let tokens = 0;
    for (const log of this.#workers.values()) tokens += log.tokens.length;
    return tokens;
  }

  #logOf(worker: number): WorkerLog {
    let log = this.#workers.get(worker);
    if (log === undefined) {
      log = { kv: [], started: [], tokens: [], ended: [], tooLong: [], load: undefined };
      this.#workers.set(worker, log);
    }
    return log;
  }

  /** Equal steps come as one row for each sequence, but happen step after step. */
  #noteTokens(log: WorkerLog, batch: EventBatch): void {
    const { tokens, steps, stepUs } = batch;
    // What the worker took for now, which is what its rows are late against.
    const nowUs = batch.endUs + batch.load.latenessUs;
    for (let step = 1; step <= steps; step++) {
      for (let at = 0; at < tokens.length; at += TOKEN_WORDS) {
        const atUs = nowUs - tokens.at(at + 2) - (steps - step) * stepUs;
        const count = steps > 1 ? 1 : tokens.at(at + 1);
        for (let n = 0; n < count; n++) log.tokens.push({ atUs, request: tokens.at(at) });
      }
    }
  }
}

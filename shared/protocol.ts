import type { RequestId, WorkerId } from './ids.ts';
import { U32List } from './u32-list.ts';
import { type TimeUs, timeUs } from './units.ts';

/**
 * What the gateway and the worker threads say to each other. Both sides import this file, and only
 * this file describes the messages: commands go down, one batch per worker and tick comes back.
 */

/** Both ends of a port must speak the same version; a message of another one is an error. */
export const PROTOCOL_VERSION = 2;

/** One sequence to simulate: all that a worker has to know to decide when its tokens come out. */
export interface SubmitCommand {
  readonly kind: 'submit';
  readonly worker: WorkerId;
  readonly request: RequestId;
  /** When the request reached the gateway; queue time counts from here. */
  readonly arrivedUs: TimeUs;
  /** At least 1. */
  readonly promptTokens: number;
  /** Prompt tokens that the router expects the worker to have cached, until admission tells. */
  readonly expectedCachedTokens: number;
  /**
   * How many tokens the answer has, at least 1: its natural end or its limit, whichever is first.
   */
  readonly outputTokens: number;
  /** Lower is served first. */
  readonly priority: number;
  /** Seed of the request's own stream of latency draws, 32 bits. */
  readonly seed: number;
  /** Factor on the simulated prefill work: 0.5 after a hit in the prompt cache, else 1. */
  readonly prefillScale: number;
  /** Number of the latency profile + 1, or 0 for the worker's own latency. */
  readonly profile: number;
  /**
   * The first sequence of a request with n > 1: this one shares its prefill. `NO_REQUEST` if none.
   */
  readonly siblingOf: RequestId;
  /**
   * Chained hashes of the full blocks of prompt and answer, (lo, hi) pairs, as far as they are
   * known: see `ExtendCommand`. Empty: nothing is cached.
   */
  readonly hashes: Uint32Array;
}

/**
 * Further block hashes of a sequence's answer, (lo, hi) pairs, appended to those that it has. Those
 * of blocks that it has computed already are matchable at once. A sequence that is gone ignores it.
 */
export interface ExtendCommand {
  readonly kind: 'extend';
  readonly worker: WorkerId;
  readonly request: RequestId;
  readonly hashes: Uint32Array;
}

/**
 * Ends a sequence at whatever stage it is; its slot is free within one step, and what it has
 * computed stays cached. A sequence that is gone ignores it.
 */
export interface CancelCommand {
  readonly kind: 'cancel';
  readonly worker: WorkerId;
  readonly request: RequestId;
  /**
   * What the sequence ends with: `finished` when its text has come to a stop sequence, `cancelled`
   * when nobody waits for it any more.
   */
  readonly outcome: typeof OUTCOME.finished | typeof OUTCOME.cancelled;
}

/** Starts a worker with an empty cache on this thread, or replaces one that has crashed. */
export interface ConfigureCommand {
  readonly kind: 'configure';
  readonly worker: WorkerId;
  readonly config: WorkerConfig;
}

/** Asks the thread to end once its workers have nothing left to do. */
export interface DrainCommand {
  readonly kind: 'drain';
}

/**
 * Ways in which a worker can be told to fail: a thrown error, a thread that runs out of memory, and
 * one that never comes back.
 */
export const FAULTS = ['throw', 'out-of-memory', 'hang'] as const;
export type Fault = (typeof FAULTS)[number];

export function isFault(name: string): name is Fault {
  return FAULTS.some((fault) => fault === name);
}

/** Makes a worker fail on purpose. */
export interface FaultCommand {
  readonly kind: 'fault';
  readonly worker: WorkerId;
  readonly fault: Fault;
}

export type WorkerCommand =
  | SubmitCommand
  | ExtendCommand
  | CancelCommand
  | ConfigureCommand
  | DrainCommand
  | FaultCommand;

/** How long prefill and decode take. See `engine/worker/latency/` for the formulas. */
export type LatencyConfig =
  | {
      readonly kind: 'constant';
      /**
       * Mean time to first token and mean gap between tokens, in microseconds (may be fractional).
       */
      readonly ttftUs: number;
      readonly ttftVariancePercent: number;
      readonly itlUs: number;
      readonly itlVariancePercent: number;
      /** Share of the TTFT that a cached prefix cannot save, 0 .. 1. */
      readonly ttftFixedShare: number;
    }
  | {
      readonly kind: 'linear';
      readonly prefillOverheadUs: number;
      readonly prefillUsPerToken: number;
      readonly prefillDeviationPercent: number;
      readonly itlUs: number;
      readonly itlDeviationPercent: number;
      /** Latency at `maxNumSeqs` running sequences over latency at one; 1 is no effect of load. */
      readonly loadFactor: number;
    }
  | {
      readonly kind: 'polynomial';
      /**
       * Prefill of t new tokens: a t^2 + b t + c milliseconds; decode at cache use p: d p^2 + e p +
       * f.
       */
      readonly prefillMs: readonly [number, number, number];
      readonly decodeMs: readonly [number, number, number];
      readonly decodeMinMs: number;
    }
  | {
      readonly kind: 'profile';
      readonly ttftMs: number;
      readonly ttftDeviationMs: number;
      readonly itlMs: number;
      readonly itlDeviationMs: number;
      readonly prefillTokensPerSecond: number;
    };

export type SchedulerKind = 'paced' | 'batched';

/** Everything that a simulated worker is made of. */
export interface WorkerConfig {
  readonly scheduler: SchedulerKind;
  readonly latency: LatencyConfig;
  readonly prefixCaching: boolean;
  readonly blockSize: number;
  readonly numBlocks: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly maxWaiting: number;
}

/** How a sequence ended, as small integers, since they travel in columns of numbers. */
export const OUTCOME = {
  /** All its tokens came out, or its text came to a stop sequence. */
  finished: 0,
  /** The gateway cancelled it. */
  cancelled: 1,
  /** The waiting queue was full. */
  queueFull: 2,
  /** Prompt and answer can never fit the worker's KV cache. */
  tooLong: 3,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

const OUTCOMES: readonly Outcome[] = Object.values(OUTCOME);

/** The outcome that the word of a column stands for; undefined if it stands for none. */
export function outcomeOf(word: number): Outcome | undefined {
  return OUTCOMES[word];
}

/** Top bit of a hash's `hi` word in a KV event: the block was removed, not stored. */
export const REMOVED_BIT = 0x80000000;

/** A worker's state at the end of a step. Counters run since the worker started. */
export interface LoadReport {
  running: number;
  waiting: number;
  activeBlocks: number;
  cachedBlocks: number;
  totalBlocks: number;
  /** Blocks that the waiting sequences will fill: those of their prompts that were not cached. */
  waitingBlocks: number;
  /** Uncached prompt tokens of waiting and running sequences that are still to be computed. */
  prefillTokensPending: number;
  /** How late the step or tick ended, against its due time. */
  latenessUs: number;
  /** Submits that the worker has taken in: what the router need no longer add by itself. */
  submitsSeen: number;
  /** Blocks found cached when sequences were first admitted, and those that had to be computed. */
  hitBlocks: number;
  missedBlocks: number;
  /** The same of sequences that were admitted again after they had been preempted. */
  readmittedHitBlocks: number;
  readmittedMissedBlocks: number;
  evictedBlocks: number;
  preemptions: number;
}

/** Order of the fields of a `LoadReport` on the wire. */
export const LOAD_FIELDS = [
  'running',
  'waiting',
  'activeBlocks',
  'cachedBlocks',
  'totalBlocks',
  'waitingBlocks',
  'prefillTokensPending',
  'latenessUs',
  'submitsSeen',
  'hitBlocks',
  'missedBlocks',
  'readmittedHitBlocks',
  'readmittedMissedBlocks',
  'evictedBlocks',
  'preemptions',
] as const satisfies readonly (keyof LoadReport)[];

export function emptyLoad(): LoadReport {
  return {
    running: 0,
    waiting: 0,
    activeBlocks: 0,
    cachedBlocks: 0,
    totalBlocks: 0,
    waitingBlocks: 0,
    prefillTokensPending: 0,
    latenessUs: 0,
    submitsSeen: 0,
    hitBlocks: 0,
    missedBlocks: 0,
    readmittedHitBlocks: 0,
    readmittedMissedBlocks: 0,
    evictedBlocks: 0,
    preemptions: 0,
  };
}

/**
 * What one worker did in one tick or step, all of it visible at `endUs`. Columns are flat lists of
 * numbers, since a batch holds many tokens and a message per token would cost more than the token.
 * In order of effect: KV events, first tokens, tokens, ends.
 */
export class EventBatch {
  readonly kind = 'batch';
  worker: WorkerId;
  /** Counts the batches of this worker from 1, without gaps. */
  seq = 0;
  endUs: TimeUs = timeUs(0);
  /**
   * Decode steps that this batch sums up, and how long each took. With `steps` k > 1 every token
   * row with a count of k stands for one token at the end of each step.
   */
  steps = 1;
  stepUs: TimeUs = timeUs(0);
  /** Blocks stored and removed, in order: (lo, hi), with `REMOVED_BIT` in `hi` of removals. */
  readonly kv: U32List;
  /** First tokens: (request, cached prompt tokens, low and high word of the queue time in us). */
  readonly started: U32List;
  /**
   * Tokens: (request, count, microseconds that the last one is late). The first token counts too.
   */
  readonly tokens: U32List;
  /** Ends: (request, outcome). */
  readonly ended: U32List;
  readonly load: LoadReport = emptyLoad();

  constructor(worker: WorkerId, capacity = 64) {
    this.worker = worker;
    this.kv = new U32List(capacity);
    this.started = new U32List(capacity);
    this.tokens = new U32List(capacity);
    this.ended = new U32List(capacity);
  }

  /**
   * Adds a first token. `queuedUs` from arrival to admission may exceed 32 bits, some 71 minutes.
   */
  pushStarted(request: RequestId, cachedTokens: number, queuedUs: number): void {
    this.started.push2(request, cachedTokens);
    this.started.push2(queuedUs, Math.floor(queuedUs / 2 ** 32));
  }

  /** The queue time of the row of `started` that begins at `at`. */
  queuedUsAt(at: number): number {
    return this.started.at(at + 2) + this.started.at(at + 3) * 2 ** 32;
  }

  /** True when it holds no event: a load report alone is not worth a message. */
  get isEmpty(): boolean {
    const { kv, started, tokens, ended } = this;
    return kv.length + started.length + tokens.length + ended.length === 0;
  }

  clear(): void {
    this.steps = 1;
    this.stepUs = timeUs(0);
    this.kv.clear();
    this.started.clear();
    this.tokens.clear();
    this.ended.clear();
  }
}

/**
 * The worker threw: its sequences and its cache are lost, the thread and its other workers are not.
 */
export interface CrashedEvent {
  readonly kind: 'crashed';
  readonly worker: WorkerId;
  readonly message: string;
}

/** The thread is up and can be sent commands. */
export interface HelloEvent {
  readonly kind: 'hello';
}

export type WorkerEvent = EventBatch | CrashedEvent | HelloEvent;

/** Words per row of the columns of an `EventBatch`. */
export const STARTED_WORDS = 4;
export const TOKEN_WORDS = 3;
export const ENDED_WORDS = 2;

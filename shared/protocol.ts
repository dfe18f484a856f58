import {
  blankOf,
  choice,
  columnNames,
  defaultsOf,
  f64,
  group,
  i32,
  initially,
  item,
  list,
  type RowOf,
  u8,
  u32,
  withDefaults,
  words,
} from './columns.ts';
import type { RequestId, WorkerId } from './ids.ts';
import type { LatencyConfig } from './latency-config.ts';
import { U32List } from './u32-list.ts';
import { type TimeUs, ZERO_US } from './units.ts';

/**
 * What the gateway and the worker threads say to each other. Both sides import this file, and only
 * this file describes the messages: commands go down, one batch per worker and tick comes back.
 */

/** Both ends of a port must speak the same version; a message of another one is an error. */
export const PROTOCOL_VERSION = 4;

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

/**
 * Ways in which a worker can be told to fail: a thrown error, a thread that runs out of memory, and
 * one that never comes back.
 */
export const FAULTS = ['throw', 'out-of-memory', 'hang'] as const;
export type Fault = (typeof FAULTS)[number];

export function isFault(name: string): name is Fault {
  return FAULTS.some((fault) => fault === name);
}

/**
 * What a request asks of the worker that computes it. A column that is added here reaches the
 * worker's `SequenceTable` with every request; one with an initial value need not be said.
 */
export const SPEC_COLUMNS = {
  /** At least 1. */
  promptTokens: i32(),
  /**
   * How many tokens the answer has: its natural end or its limit, whichever is first. 0: the prompt
   * is only computed, and the sequence ends with that.
   */
  outputTokens: i32(),
  /** Lower is served first. */
  priority: initially(f64(), 0),
  /** Seed of the request's own stream of latency draws, 32 bits. */
  seed: u32(),
  /** Factor on the simulated prefill work: 0.5 after a hit in the prompt cache, else 1. */
  prefillScale: initially(f64(), 1),
  /** Number of the latency profile + 1, or 0 for the worker's own latency. */
  profile: initially(u8(), 0),
  /**
   * So many tokens at the beginning of the answer were predicted: the first one follows the prompt
   * as ever, the others each other at a quarter of the gap, or up to four in a step.
   */
  predictedTokens: initially(i32(), 0),
  /** 1: nobody waits for single tokens, and one row tells of all of them together with the last. */
  quiet: initially(u8(), 0),
  /**
   * A time to first token and a gap between tokens of its own, in microseconds, whatever the load,
   * or -1. For `paced` workers: the steps of a `batched` one are shared.
   */
  ttftUs: initially(f64(), -1),
  itlUs: initially(f64(), -1),
};
export type SequenceSpec = RowOf<typeof SPEC_COLUMNS>;
export const SPEC_DEFAULTS = defaultsOf(SPEC_COLUMNS);
/** For classes of requests that do not say those. */
export const DefaultSpec = withDefaults(SPEC_DEFAULTS);

/** The commands, each by its columns. Their order gives them their numbers in a message. */
export const COMMANDS = {
  /** One sequence to simulate: all that a worker has to know to decide when its tokens come out. */
  submit: {
    worker: u32<WorkerId>(),
    request: u32<RequestId>(),
    /** When the request reached the gateway; queue time counts from here. */
    arrivedUs: f64<TimeUs>(),
    /** Prompt tokens that the router expects the worker to have cached, until admission tells. */
    expectedCachedTokens: i32(),
    /**
     * The first sequence of a request with n > 1: this one shares its prefill. `NO_REQUEST` if
     * none.
     */
    siblingOf: u32<RequestId>(),
    spec: group(SPEC_COLUMNS),
    /**
     * Chained hashes of the full blocks of prompt and answer, (lo, hi) pairs, as far as they are
     * known: see `extend`. Empty: nothing is cached.
     */
    hashes: words(),
  },
  /**
   * Further block hashes of a sequence's answer, (lo, hi) pairs, appended to those that it has.
   * Those of blocks that it has computed already are matchable at once. A sequence that is gone
   * ignores it.
   */
  extend: { worker: u32<WorkerId>(), request: u32<RequestId>(), hashes: words() },
  /**
   * Ends a sequence at whatever stage it is; its slot is free within one step, and what it has
   * computed stays cached. A sequence that is gone ignores it.
   */
  cancel: {
    worker: u32<WorkerId>(),
    request: u32<RequestId>(),
    /**
     * What the sequence ends with: `finished` when its text has come to a stop sequence,
     * `cancelled` when nobody waits for it any more.
     */
    outcome: choice([OUTCOME.finished, OUTCOME.cancelled]),
  },
  /** Starts a worker with an empty cache on this thread, or replaces one that has crashed. */
  configure: { worker: u32<WorkerId>(), config: item<WorkerConfig>() },
  /** Asks the thread to end once its workers have nothing left to do. */
  drain: {},
  /** Makes a worker fail on purpose. */
  fault: { worker: u32<WorkerId>(), fault: choice(FAULTS) },
};

type Command<Kind extends keyof typeof COMMANDS> = { readonly kind: Kind } & RowOf<
  (typeof COMMANDS)[Kind]
>;
export type SubmitCommand = Command<'submit'>;
export type ExtendCommand = Command<'extend'>;
export type CancelCommand = Command<'cancel'>;
export type WorkerCommand = {
  [Kind in keyof typeof COMMANDS]: Command<Kind>;
}[keyof typeof COMMANDS];

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

/** Top bit of a hash's `hi` word in a KV event: the block was removed, not stored. */
export const REMOVED_BIT = 0x80000000;

/** A worker's state at the end of a step, by its columns. Counters run since the worker started. */
const LOAD_COLUMNS = {
  running: f64(),
  waiting: f64(),
  activeBlocks: f64(),
  cachedBlocks: f64(),
  totalBlocks: f64(),
  /** Blocks that the waiting sequences will fill: those of their prompts that were not cached. */
  waitingBlocks: f64(),
  /** Uncached prompt tokens of waiting and running sequences that are still to be computed. */
  prefillTokensPending: f64(),
  /** Of those, the ones that the step under way computes; 0 where there is none. */
  stepPrefillTokens: f64(),
  /** How long the step under way takes, and what of it was left at the end of the batch. */
  stepLengthUs: f64(),
  stepLeftUs: f64(),
  /** How late the step or tick ended, against its due time. */
  latenessUs: f64(),
  /** Submits that the worker has taken in: what the router need no longer add by itself. */
  submitsSeen: f64(),
  /** Blocks found cached when sequences were first admitted, and those that had to be computed. */
  hitBlocks: f64(),
  missedBlocks: f64(),
  /** The same of sequences that were admitted again after they had been preempted. */
  readmittedHitBlocks: f64(),
  readmittedMissedBlocks: f64(),
  evictedBlocks: f64(),
  preemptions: f64(),
};
export type LoadReport = { -readonly [Name in keyof typeof LOAD_COLUMNS]: number };
export const LOAD_FIELDS = columnNames(LOAD_COLUMNS);

const EMPTY_LOAD: Readonly<LoadReport> = blankOf(LOAD_COLUMNS);

export function emptyLoad(): LoadReport {
  return { ...EMPTY_LOAD };
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
  endUs: TimeUs = ZERO_US;
  /**
   * Decode steps that this batch sums up, and how long each took. With `steps` k > 1 every token
   * row with a count of k stands for one token at the end of each step.
   */
  steps = 1;
  stepUs: TimeUs = ZERO_US;
  /** Blocks stored and removed, in order: (lo, hi), with `REMOVED_BIT` in `hi` of removals. */
  readonly kv: U32List;
  /** First tokens: (request, cached prompt tokens, low and high word of the queue time in us). */
  readonly started: U32List;
  /**
   * Tokens: (request, count, microseconds that the last one is late). The first token counts too.
   * Of a quiet sequence there is one row, with its last token.
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
    this.stepUs = ZERO_US;
    this.kv.clear();
    this.started.clear();
    this.tokens.clear();
    this.ended.clear();
  }
}

/** The events, each by its columns, numbered as the commands are. */
export const EVENTS = {
  /** See `EventBatch`. */
  batch: {
    worker: u32<WorkerId>(),
    seq: f64(),
    endUs: f64<TimeUs>(),
    steps: f64(),
    stepUs: f64<TimeUs>(),
    kv: list<U32List>(),
    started: list<U32List>(),
    tokens: list<U32List>(),
    ended: list<U32List>(),
    load: group(LOAD_COLUMNS),
  },
  /**
   * The worker threw: its sequences and its cache are lost, the thread and its other workers are
   * not.
   */
  crashed: { worker: u32<WorkerId>(), message: item<string>() },
  /** The thread is up and can be sent commands. */
  hello: {},
};

export type CrashedEvent = { readonly kind: 'crashed' } & RowOf<typeof EVENTS.crashed>;
export type WorkerEvent = EventBatch | CrashedEvent | { readonly kind: 'hello' };

/** Words per row of the columns of an `EventBatch`. */
export const STARTED_WORDS = 4;
export const TOKEN_WORDS = 3;
export const ENDED_WORDS = 2;

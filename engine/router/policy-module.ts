/**
 * A routing policy of the user's own: the default export of the file that `--policy-module` names.
 * docs/router.md has an example.
 */
export interface PolicyModule {
  /** What it is called in tables, metrics and results; unless given, as its file is. */
  readonly name?: string;
  /**
   * Called once for a server, and once for each replay. What a policy remembers belongs into what
   * is returned here.
   */
  create(cluster: PolicyCluster): ModuleChooser;
}

/** The cluster that a policy is created for. */
export interface PolicyCluster {
  /** 1 to 256; they are numbered from 0. */
  readonly workers: number;
  /** Tokens of a KV block. */
  readonly blockSize: number;
  /** For whatever a policy draws: the same seed is to give the same choices. */
  readonly seed: number;
}

/** Chooses the worker of each request. */
export interface ModuleChooser {
  /**
   * The id of an eligible worker. `workers` holds all of them, worker `i` at index `i`. Both
   * arguments are filled in anew for each request, so that neither must be kept.
   */
  choose(request: PolicyRequest, workers: readonly PolicyWorker[]): number;
}

/** A request that is to be placed. */
export interface PolicyRequest {
  /** When it is placed, in microseconds since some fixed moment. */
  readonly atUs: number;
  /** At least 1. */
  readonly promptTokens: number;
  /** Full KV blocks of the prompt; 0 where KV caching is off. */
  readonly promptBlocks: number;
  /** The same for all requests of a session, 32 bits; undefined where the client named none. */
  readonly sessionKey: number | undefined;
  /**
   * A number of 32 bits that prompts share if and only if their first `blocks` blocks are the same,
   * but for chance. `blocks` is 1 to `promptBlocks`.
   */
  prefixKey(blocks: number): number;
}

/** What the router knows of one worker when a request is to be placed. */
export interface PolicyWorker {
  readonly id: number;
  /** Only an eligible worker may be chosen: it is up, and keeps up. At least one is. */
  readonly eligible: boolean;
  /** Tokens of the prompt that it would not have to compute. */
  readonly cachedTokens: number;
  /** Requests that were placed there and have not ended. */
  readonly activeRequests: number;
  /** Prompt tokens that it has still to compute. */
  readonly prefillTokensPending: number;
  /** KV blocks that its requests use, and those that waiting ones will add. */
  readonly blocksInUse: number;
  /** KV blocks that it has room for. */
  readonly blocksTotal: number;
}

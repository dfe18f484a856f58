import { joinedHashes } from '../../shared/block-hash.ts';
import { NO_REQUEST, type RequestId, type WorkerId } from '../../shared/ids.ts';
import type { CancelCommand, SubmitCommand } from '../../shared/protocol.ts';
import type { TimeUs } from '../../shared/units.ts';
import type { ClusterRequest, Placement, RequestListener } from './request.ts';

/** Where the router has put a request. */
export interface Route {
  readonly worker: WorkerId;
  readonly overlapBlocks: number;
  /** See `SmartRouter.lastBookedFrom`. */
  readonly bookedFrom: number;
}

/** A request that has not ended: where it is, and what its worker was told of it. */
export class InFlight implements Placement {
  readonly request: RequestId;
  readonly route: ClusterRequest;
  worker: WorkerId;
  overlapBlocks: number;
  bookedFrom: number;
  command: SubmitCommand;
  /** Hashes that its worker was handed since. */
  #extensions: Uint32Array[] = [];
  /** Its first token is out. */
  started = false;
  rerouted = false;
  /** What it has been told to end with, if it has. */
  ending: CancelCommand['outcome'] | undefined = undefined;
  /** The server's own code has thrown while it made the answer. */
  isDefect = false;
  /** Undefined once it has been told to end: nobody wants to hear more of it. */
  listener: RequestListener | undefined;

  constructor(
    id: RequestId,
    request: ClusterRequest,
    listener: RequestListener,
    { worker, overlapBlocks, bookedFrom }: Route,
    blockSize: number,
  ) {
    this.request = id;
    this.route = request;
    this.listener = listener;
    this.worker = worker;
    this.overlapBlocks = overlapBlocks;
    this.bookedFrom = bookedFrom;
    this.command = {
      kind: 'submit',
      worker,
      request: id,
      arrivedUs: request.arrivedUs,
      expectedCachedTokens: overlapBlocks * blockSize,
      siblingOf: request.siblingOf,
      spec: request,
      hashes: request.hashes,
    };
  }

  /** Moves it to another worker, which it reaches at `nowUs`. */
  moveTo({ worker, overlapBlocks, bookedFrom }: Route, blockSize: number, nowUs: TimeUs): void {
    this.rerouted = true;
    this.worker = worker;
    this.overlapBlocks = overlapBlocks;
    this.bookedFrom = bookedFrom;
    this.command = {
      ...this.command,
      worker,
      arrivedUs: nowUs,
      expectedCachedTokens: overlapBlocks * blockSize,
      siblingOf: NO_REQUEST,
      hashes: joinedHashes([this.command.hashes, ...this.#extensions]),
    };
    this.#extensions = [];
  }

  /** Its worker was handed further hashes, which another one will have to hear of as well. */
  extended(more: Uint32Array): void {
    if (!this.started) this.#extensions.push(more);
  }
}

import type { ClusterRequest, Placement } from '../../engine/cluster/request.ts';
import { NO_REQUEST, type RequestId, type WorkerId } from '../../shared/ids.ts';
import { DefaultSpec } from '../../shared/protocol.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import type { AnswerChoice } from './answer-choice.ts';
import type { Generation } from './generation.ts';

/** One choice as the cluster is handed it. A class, since its objects are then all alike to V8. */
export class PlacedSequence extends DefaultSpec implements ClusterRequest {
  readonly hashes: Uint32Array;
  readonly promptBlocks: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly sessionKey: number | undefined;
  readonly pinned: WorkerId | undefined;
  readonly arrivedUs: TimeUs;
  readonly seed: number;
  readonly siblingOf: RequestId;
  override readonly priority: number;
  override readonly prefillScale: number;
  override readonly profile: number;

  /** `first` is the placement of the first choice of its prompt, if that is another one. */
  constructor(
    { prompt, plan }: AnswerChoice,
    { sessionKey, pinned, priority }: Generation,
    hashes: Uint32Array,
    arrivedUs: number,
    profile: number,
    first: Placement | undefined,
  ) {
    super();
    this.hashes = hashes;
    this.promptBlocks = prompt.blocks;
    this.promptTokens = prompt.tokens;
    this.outputTokens = plan.tokens;
    this.sessionKey = sessionKey;
    this.pinned = first?.worker ?? pinned;
    this.arrivedUs = timeUs(arrivedUs);
    this.seed = plan.seed;
    this.siblingOf = first?.request ?? NO_REQUEST;
    this.priority = priority;
    this.prefillScale = prompt.cachedTokens > 0 ? 0.5 : 1;
    this.profile = profile;
  }
}

import { assert } from '../../../shared/assert.ts';
import { latencyProfileAt } from '../../../shared/latency-profiles.ts';
import type { WorkerConfig } from '../../../shared/protocol.ts';
import { createLatencyModel } from './create-latency-model.ts';
import type { LatencyModel } from './latency-model.ts';

/** The models of one worker by profile: its own, and those that its sequences have named. */
export class SequenceLatencies {
  readonly #maxNumSeqs: number;
  /** By profile: see `SubmitCommand`. */
  readonly #models: LatencyModel[];

  constructor({ latency, maxNumSeqs }: WorkerConfig) {
    this.#maxNumSeqs = maxNumSeqs;
    this.#models = [createLatencyModel(latency, maxNumSeqs)];
  }

  /** The model of sequences with that `profile`. */
  of(profile: number): LatencyModel {
    return this.#models[profile] ?? this.#create(profile);
  }

  #create(profile: number): LatencyModel {
    const config = latencyProfileAt(profile - 1);
    assert(config !== undefined, 'a sequence names a profile that exists');
    const model = createLatencyModel(config, this.#maxNumSeqs);
    this.#models[profile] = model;
    return model;
  }
}

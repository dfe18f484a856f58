import { assertNever } from '../../../shared/assert.ts';
import type { LatencyConfig } from '../../../shared/latency-config.ts';
import { ConstantLatency } from './constant-latency.ts';
import type { LatencyModel } from './latency-model.ts';
import { LinearLatency } from './linear-latency.ts';
import { PolynomialLatency } from './polynomial-latency.ts';
import { ProfileLatency } from './profile-latency.ts';

/** The model that `config` describes, of a worker that runs at most `maxNumSeqs` sequences. */
export function createLatencyModel(config: LatencyConfig, maxNumSeqs: number): LatencyModel {
  switch (config.kind) {
    case 'constant':
      return new ConstantLatency(config);
    case 'linear':
      return new LinearLatency(config, maxNumSeqs);
    case 'polynomial':
      return new PolynomialLatency(config);
    case 'profile':
      return new ProfileLatency(config);
    default:
      return assertNever(config);
  }
}

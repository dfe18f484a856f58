import { type DecisionTime, DecisionTimes } from '../engine/router/decision-times.ts';
import { type DecisionTimer, ModulePolicy } from '../engine/router/policies/module-policy.ts';
import type { PolicyCluster, PolicyModule } from '../engine/router/policy-module.ts';
import { importPolicy, type PolicySource } from '../engine/router/policy-source.ts';
import { DECISION_BOUNDS_US } from './metrics/bounds.ts';
import { Distribution } from './metrics/distribution.ts';

/** Not the instance that was tried before the server started. */
const INSTANCE = 1;

/** A routing policy of the user's own in a live server, and how long its decisions take. */
export class OwnPolicy implements DecisionTimer {
  readonly source: PolicySource;
  readonly policy: ModulePolicy;
  readonly decisionUs = new Distribution(DECISION_BOUNDS_US, 1);
  readonly #times = new DecisionTimes();

  /** Rejects with `PolicyError`. */
  static async load(source: PolicySource, cluster: PolicyCluster): Promise<OwnPolicy> {
    const module = await importPolicy(source, INSTANCE);
    return new OwnPolicy(source, module, cluster);
  }

  private constructor(source: PolicySource, module: PolicyModule, cluster: PolicyCluster) {
    this.source = source;
    this.policy = new ModulePolicy(source.file, module, cluster, this);
  }

  get failures(): number {
    return this.policy.failures;
  }

  /** Since the start. */
  get decisionTime(): DecisionTime {
    return this.#times.summary();
  }

  nowUs(): number {
    return performance.now() * 1000;
  }

  decided(us: number): void {
    this.#times.add(us);
    this.decisionUs.observe(0, us);
  }
}

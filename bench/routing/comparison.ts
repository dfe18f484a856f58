import { execFileSync } from 'node:child_process';
import { ReplayRunner } from '../../lab/simulate/replay-runner.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { figuresOf, type Run } from './figures.ts';
import type { ResultsFile } from './results-file.ts';
import { configOf, type Row, seedsOf } from './row.ts';
import type { TrafficReader } from './traffic.ts';

export interface ComparisonOptions {
  readonly threads: number;
  readonly isQuick: boolean;
  /** What is replayed where no result is kept. */
  readonly policies: readonly PolicyName[];
  /** Whether results that other commits gave are replaced. */
  readonly isAnew: boolean;
}

/** Replays rows on threads that are kept, and keeps what comes of it after each row. */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #reader: TrafficReader;
  readonly #results: ResultsFile;
  readonly #runner: ReplayRunner;
  readonly #commit = commitOfTree();

  constructor(options: ComparisonOptions, reader: TrafficReader, results: ResultsFile) {
    this.#options = options;
    this.#reader = reader;
    this.#results = results;
    this.#runner = new ReplayRunner(options.threads);
  }

  /** Says on the standard error what has been done. */
  async run(rows: readonly Row[]): Promise<void> {
    for (const [index, row] of rows.entries()) {
      const startMs = performance.now();
      const policies = this.#missing(row);
      if (policies.length === 0) continue;
      await this.#replay(row, policies);
      this.#results.save();
      const { traffic, workers, cache, load } = row;
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      process.stderr.write(
        `${index + 1}/${rows.length} ${traffic.name}, ${workers} workers, ${cache}, ${load}: ` +
          `${policies.length} policies in ${seconds} s\n`,
      );
    }
  }

  async close(): Promise<void> {
    await this.#runner.stop();
  }

  #missing(row: Row): PolicyName[] {
    const { policies, isAnew, isQuick } = this.#options;
    return policies.filter((policy) => {
      const kept = this.#results.result(row, seedsOf(row, isQuick), policy);
      return kept === undefined || (isAnew && kept.commit !== this.#commit);
    });
  }

  async #replay(row: Row, policies: readonly PolicyName[]): Promise<void> {
    const seeds = seedsOf(row, this.#options.isQuick);
    const trace = await this.#reader.open(row.traffic, row.workers);
    this.#results.describe(`${row.traffic.name}, ${row.workers} workers`, trace.description);
    const configs = policies.flatMap((policy) =>
      seeds.map((seed) => configOf(row, trace, policy, seed)),
    );
    const outcomes = await this.#runner.run(configs, { records: true });
    const runs = outcomes.map((outcome): Run => {
      if (outcome?.records === undefined) throw new Error('a replay did not end');
      return { result: outcome.result, records: outcome.records };
    });
    for (const [at, policy] of policies.entries()) {
      const first = at * seeds.length;
      const { router, worker, window, serviceLevel } = configs[first]!;
      this.#results.keep(row, policy, {
        commit: this.#commit,
        seeds,
        config: { router, worker, window, serviceLevel },
        figures: figuresOf(runs.slice(first, first + seeds.length)),
      });
    }
  }
}

function commitOfTree(): string {
  const args = ['describe', '--always', '--abbrev=9', '--dirty=-modified'];
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

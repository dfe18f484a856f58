import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { PROGRAM } from '../../lab/experiment/build-info.ts';
import type { ReplayConfig } from '../../lab/simulate/replay-config.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import type { Provenance } from './comparison-markdown.ts';
import type { Figures } from './figures.ts';
import type { Row } from './row.ts';

/** What one policy did in one row, and what it takes to do it again. */
interface KeptResult {
  /** Of the program that was run, `-modified` if its files were not those of the commit. */
  readonly commit: string;
  readonly seeds: readonly number[];
  readonly config: Pick<ReplayConfig, 'router' | 'worker' | 'window' | 'serviceLevel'>;
  readonly figures: Figures;
}

/** The JSON file: everything that a table is made of. */
interface Contents {
  readonly version: string;
  /** Descriptions of the requests by name; those of files have their SHA-256. */
  readonly traffic: Record<string, object>;
  /** By `keyOf`. */
  readonly results: Record<string, KeptResult>;
}

/** Results by row and policy, kept in a file so that a run can be stopped and taken up again. */
export class ResultsFile {
  readonly #path: string | undefined;
  readonly #contents: Contents;

  /** Reads what is in the file, if there is one. Without a path nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path;
    this.#contents =
      path !== undefined && existsSync(path)
        ? JSON.parse(readFileSync(path, 'utf8'))
        : { version: PROGRAM.version, traffic: {}, results: {} };
  }

  result(row: Row, seeds: readonly number[], policy: PolicyName): KeptResult | undefined {
    return this.#contents.results[keyOf(row, seeds, policy)];
  }

  /** The figures that there are of a row, in the order of the policies. */
  figures(row: Row, seeds: readonly number[]): ReadonlyMap<PolicyName, Figures> {
    return new Map(
      POLICY_NAMES.flatMap((policy) => {
        const kept = this.result(row, seeds, policy);
        return kept === undefined ? [] : [[policy, kept.figures] as const];
      }),
    );
  }

  keep(row: Row, policy: PolicyName, result: KeptResult): void {
    this.#contents.results[keyOf(row, result.seeds, policy)] = result;
  }

  describe(name: string, description: object): void {
    this.#contents.traffic[name] = description;
  }

  get provenance(): Omit<Provenance, 'capacities'> {
    const { version, traffic, results } = this.#contents;
    const commits = [...new Set(Object.values(results).map(({ commit }) => commit))].sort();
    return { version, commits, traffic };
  }

  /** Replaces the file as a whole, so that one that is stopped leaves the old one. */
  save(): void {
    if (this.#path === undefined) return;
    writeFileSync(`${this.#path}.part`, JSON.stringify(this.#contents));
    renameSync(`${this.#path}.part`, this.#path);
  }
}

/** Names all that may change between two runs, but for the program. */
function keyOf(row: Row, seeds: readonly number[], policy: PolicyName): string {
  const { traffic, workers, cache, load, arrivals } = row;
  return [
    traffic.name,
    JSON.stringify(traffic.set),
    `${workers} workers`,
    `${traffic.cacheTokens[cache]} tokens`,
    `${load} ${arrivals.value} ${arrivals.unit}`,
    `seeds ${seeds.join(' ')}`,
    policy,
  ].join(' | ');
}

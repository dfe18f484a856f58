/**
 * What `test/tidy.test.ts` holds the repository to. A path that ends in `/` covers the folder below
 * it. Every exception gives its reason.
 */

export const LINE_COLUMNS = 100;

const CLUSTER_PARTS = ['engine/kv/', 'engine/worker/', 'engine/router/', 'engine/cluster/'];

/** What the engine knows of shared: settings are turned into its configuration outside of it. */
const ENGINE_WORDS = ['shared/', '!shared/settings/resolve-settings.ts', '!shared/settings/'];

/** The program itself: what a user runs, without benches and tests. */
export const PROGRAM = ['shared/', 'engine/', 'lab/', 'gateway/', 'cli/'];

/** The rooms of the lab in which replays are made and measured; the others print and ask. */
const PURE_LAB = [
  'lab/traces/',
  'lab/workloads/',
  'lab/simulate/',
  'lab/measure/',
  'lab/report/',
  'lab/analyze/',
];

/** The rooms of the gateway below its endpoints. */
const GATEWAY_PARTS = [
  'gateway/text/',
  'gateway/prompt/',
  'gateway/models/',
  'gateway/vectors/',
  'gateway/scores/',
  'gateway/audio/',
  'gateway/documents/',
  'gateway/http/',
  'gateway/policy/',
  'gateway/generate/',
  'gateway/fixtures/',
  'gateway/metrics/',
  'gateway/admin/',
];

/** A layer's files may import from these places of the repository, and from no other. `!`: not there. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'shared/': ['shared/'],
  'engine/kv/': [...ENGINE_WORDS, 'engine/kv/'],
  'engine/worker/': [...ENGINE_WORDS, 'engine/kv/', 'engine/worker/'],
  'engine/router/': [...ENGINE_WORDS, 'engine/router/'],
  'engine/cluster/': [...ENGINE_WORDS, 'engine/router/', 'engine/cluster/'],
  'engine/host/': [...ENGINE_WORDS, ...CLUSTER_PARTS, 'engine/host/'],
  ...Object.fromEntries(
    PURE_LAB.map((room) => [room, [...ENGINE_WORDS, ...CLUSTER_PARTS, ...PURE_LAB]]),
  ),
  'lab/': ['shared/', 'engine/', 'lab/', 'package.json'],
  'gateway/text/': ['shared/', 'gateway/text/'],
  'gateway/prompt/': ['shared/', 'gateway/text/', 'gateway/prompt/'],
  'gateway/models/': ['shared/', 'gateway/prompt/', 'gateway/models/'],
  'gateway/vectors/': ['shared/', 'gateway/text/', 'gateway/vectors/'],
  'gateway/scores/': ['shared/', 'gateway/text/', 'gateway/vectors/', 'gateway/scores/'],
  'gateway/audio/': ['gateway/audio/'],
  'gateway/documents/': ['shared/', 'gateway/text/', 'gateway/documents/'],
  'gateway/http/': ['shared/', 'gateway/http/', 'gateway/platform.ts', 'gateway/random-ids.ts'],
  'gateway/policy/': ['shared/', 'gateway/http/', 'gateway/policy/'],
  'gateway/generate/': [
    'shared/',
    'engine/',
    'gateway/text/',
    'gateway/prompt/',
    'gateway/models/',
    'gateway/http/',
    'gateway/generate/',
  ],
  'gateway/fixtures/': [
    'shared/',
    'gateway/text/',
    'gateway/models/',
    'gateway/generate/',
    'gateway/fixtures/',
    'gateway/random-ids.ts',
  ],
  'gateway/metrics/': [
    'shared/',
    'engine/',
    'gateway/generate/finish.ts',
    'gateway/metrics/',
    'gateway/traffic-recorder.ts',
  ],
  'gateway/admin/': [
    'shared/',
    'engine/',
    'gateway/http/',
    'gateway/policy/',
    'gateway/admin/',
    'gateway/fixtures/',
    // The shape of a route, and no endpoint.
    'gateway/api/route.ts',
  ],
  'gateway/api/': ['shared/', 'engine/', ...GATEWAY_PARTS, 'gateway/api/', 'gateway/random-ids.ts'],
  'gateway/': ['shared/', 'engine/', 'gateway/'],
  'cli/': [...PROGRAM, 'package.json'],
  'bench/': [...PROGRAM, 'bench/'],
  'test/': [...PROGRAM, 'bench/', 'test/'],
  'build.mjs': [],
};

/** Where in the program a package, or a module of Node, may be imported: by those files alone. */
export const OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@eslint-community/regexpp': ['gateway/documents/'],
  '@observablehq/plot': ['lab/report/page/'],
  '@redis/client': ['gateway/policy/redis-buckets.ts'],
  '@swc/wasm-typescript': ['cli/policy-file.ts'],
  re2js: ['gateway/fixtures/'],
  '@sinclair/typebox': ['shared/schema/', 'shared/settings/', 'gateway/fixtures/', 'gateway/api/'],
  'cli-progress': ['lab/experiment/'],
  commander: ['cli/', 'lab/experiment/'],
  'gpt-tokenizer': ['gateway/text/'],
  'lru-cache': [
    'gateway/text/',
    'gateway/prompt/',
    'gateway/models/',
    'gateway/policy/',
    'gateway/vectors/',
    'gateway/api/responses/',
  ],
  msgpackr: ['shared/message.ts'],
  pino: ['gateway/', 'cli/commands/parity-server.ts'],
  piscina: ['engine/host/', 'lab/simulate/replay-runner.ts'],
  'prom-client': ['gateway/metrics/'],
  'uWebSockets.js': ['gateway/http/'],
  yaml: ['cli/', 'gateway/fixtures/fixture-file.ts'],
  'node:worker_threads': ['engine/host/', 'lab/simulate/replay-task.ts'],
};

/** Deterministic code: time is an argument, and what there is to say is returned. */
export const PURE = ['shared/', 'engine/', ...PURE_LAB];
export const IMPURE = [
  'engine/host/',
  // The entry of a thread: it times the decisions of a user's own policy, beside the results.
  'lab/simulate/replay-task.ts',
];

/** Globals and members that pure code does not use. */
export const IMPURE_GLOBALS = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'console',
  'crypto',
  'fetch',
];
export const IMPURE_MEMBERS = ['Math.random', 'Atomics.wait'];

/** The only files of the program that read environment, arguments or files, or end the process. */
export const COMPOSITION_ROOT = [
  'cli/main.ts',
  'cli/program.ts',
  'cli/cli.ts',
  'cli/text-file.ts',
  'cli/settings-source.ts',
  'cli/standard-error.ts',
];
export const ROOT_MEMBERS = ['env', 'argv', 'exit', 'exitCode', 'cwd', 'chdir'];
export const ROOT_MODULES = ['node:fs', 'node:fs/promises', 'node:child_process'];

/** Folders of `test/` whose files test more than one source file. */
export const FREE_TEST_FOLDERS = [
  'test/contract/',
  'test/property/',
  'test/simulation/',
  'test/parity/',
  'test/e2e/',
  'test/validation/',
  'test/support/',
];

/** Tests outside of those folders that have no source file of their name, and why. */
export const FREE_TESTS: Readonly<Record<string, string>> = {
  'test/tidy.test.ts': 'tests the repository',
  'test/bench-smoke.test.ts': 'tests every suite in bench/micro',
  'test/engine/kv/mooncake-lru.test.ts': 'holds the whole cache to published hit rates',
};

/** Files that hold samples of what the rules forbid. */
export const RULE_SAMPLES = ['test/support/tidy-rules.ts', 'test/support/tidy-policy.ts'];

/** Whether `path` is one of `places` or lies below one, and not in one with a `!` before it. */
export function within(path: string, places: readonly string[]): boolean {
  const covers = (place: string): boolean =>
    path === place || (place.endsWith('/') && path.startsWith(place));
  return places.some(covers) && !places.some((place) => place[0] === '!' && covers(place.slice(1)));
}

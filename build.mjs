// Bundles the program into dist/: one file for the gateway, one for each Piscina entry, and the
// scripts that a report holds to draw its plots. With --tests the same into test/dist/, and every
// test.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';

/** The commit of this folder, `null` where it is no clone; `-modified` if it is not that commit. */
function commit() {
  const git = (...args) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    if (git('rev-parse', '--show-prefix') !== '') return null;
    const isModified = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', 'HEAD') + (isModified ? '-modified' : '');
  } catch {
    return null;
  }
}

/** Packages that are loaded from where they are installed: all but one of very many files. */
function external() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => name !== '@sinclair/typebox',
  );
}

/**
 * Rooms whose tests touch nothing but their own process, and little of that: those of one
 * folder are built into one file, since a process takes longer to start than most of them to run.
 */
const TESTED_TOGETHER = [
  /^bench\//,
  /^shared\b/,
  /^engine\/(kv|router|worker|cluster)\b/,
  /^gateway\/(admin|api|audio|documents|fixtures|generate|metrics|models|policy|prompt|scores|text|vectors)\b/,
  /^lab\/(analyze|capacity|experiment|measure|report|traces|tune|workloads)\b/,
  /^property\b/,
];
const TOGETHER = 'tests-of:';

/** Every `test/**\/*.test.ts`, by the place of its bundle in the folder of all bundles. */
function tests() {
  const entries = {};
  for (const path of readdirSync('test', { recursive: true })) {
    if (!path.endsWith('.test.ts')) continue;
    const folder = dirname(path);
    if (TESTED_TOGETHER.some((room) => room.test(folder))) {
      entries[`${folder}.test`] = `${TOGETHER}${folder}`;
    } else {
      entries[path.slice(0, -'.ts'.length)] = `test/${path}`;
    }
  }
  return entries;
}

/** Resolves the tests of a folder to a module that imports each of them. */
const testsOfFolder = {
  name: 'tests of a folder',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${TOGETHER}`) }, ({ path }) => ({
      path: path.slice(TOGETHER.length),
      namespace: 'tests-of',
    }));
    build.onLoad({ filter: /.*/, namespace: 'tests-of' }, ({ path }) => {
      const resolveDir = resolve('test', path);
      const names = readdirSync(resolveDir).filter((name) => name.endsWith('.test.ts'));
      const contents = names.map((name) => `import './${name}';`).join('\n');
      return { contents, resolveDir, loader: 'ts' };
    });
  },
};

const isForTests = process.argv.includes('--tests');
const outdir = isForTests ? 'test/dist' : 'dist';
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    fakeai: 'cli/main.ts',
    'worker-thread': 'engine/host/worker-thread.ts',
    'replay-task': 'lab/simulate/replay-task.ts',
    ...(isForTests && tests()),
  },
  outdir,
  bundle: true,
  // The server is loaded when it is asked for, so that --help does not wait for it.
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: external(),
  define: { FAKEAI_COMMIT: JSON.stringify(commit()) },
  sourcemap: true,
  plugins: [testsOfFolder],
  logLevel: 'warning',
});
await build({
  entryPoints: {
    'report-page': 'lab/report/page/page.ts',
    'analysis-page': 'lab/report/page/analysis-page.ts',
  },
  outdir,
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  logLevel: 'warning',
});
chmodSync(`${outdir}/fakeai.js`, 0o755);

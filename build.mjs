// Bundles the program into dist/: one file for the gateway, one for each Piscina entry, and the
// script that a replay's report holds to draw its plots.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    fakeai: 'gateway/main.ts',
    'actor-thread': 'engine/host/actor-thread.ts',
    'replay-task': 'engine/replay/replay-task.ts',
  },
  outdir: 'dist',
  bundle: true,
  // The server is loaded when it is asked for, so that --help does not wait for it.
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
await build({
  entryPoints: { 'report-page': 'engine/replay/report/page/page.ts' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  logLevel: 'warning',
});
chmodSync('dist/fakeai.js', 0o755);

/**
 * Runs every random test from fresh seeds, round by round, until the time is up or one fails:
 * `npm run test:fuzz [-- file...]`, for `FUZZ_MINUTES` (5). With `FUZZ_SEED` it is one round from
 * that seed, which fails the way it failed before.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readRepository } from './support/repository.ts';

const MINUTES = Number(process.env.FUZZ_MINUTES ?? 5);
const LOG = 'fuzz.log';
/** Of a property's seed and, with room to count on from it, of a simulation's. */
const SEED_LIMIT = 2 ** 31;
const RUNNER =
  '--import tsx --test --test-reporter=spec --test-concurrency=2 --test-timeout=300000';

/** Test files that draw from the common seed. */
function randomTests(): string[] {
  return readRepository()
    .filter(({ path, text }) => path.endsWith('.test.ts') && text.includes("support/property.ts'"))
    .map(({ path }) => path);
}

/** Whether all of `files` pass from `seed`; what fails is printed, and the rest kept in a file. */
function pass(files: readonly string[], seed: number): boolean {
  const { status, stdout } = spawnSync(process.execPath, [...RUNNER.split(' '), ...files], {
    env: { ...process.env, FUZZ_SEED: String(seed) },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    console.log(failures(stdout));
    writeFileSync(LOG, stdout);
  }
  return status === 0;
}

/** What the spec reporter says again at its end. */
function failures(report: string): string {
  return report.slice(Math.max(0, report.indexOf('failing tests:')));
}

function fuzz(named: readonly string[]): number {
  const files = named.length > 0 ? named : randomTests();
  const given = process.env.FUZZ_SEED;
  const end = Date.now() + MINUTES * 60_000;
  let rounds = 0;
  do {
    const seed = given === undefined ? randomInt(SEED_LIMIT) : Number(given);
    console.log(`round ${++rounds}: FUZZ_SEED=${seed}, ${files.length} files`);
    if (!pass(files, seed)) {
      console.log(`All of it: ${LOG}. Again: FUZZ_SEED=${seed} npm run test:fuzz -- FILE`);
      return 1;
    }
  } while (given === undefined && Date.now() < end);
  console.log(`${rounds} passed, 0 failed`);
  return 0;
}

process.exitCode = fuzz(process.argv.slice(2));

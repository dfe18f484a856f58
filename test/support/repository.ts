import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RepositoryFile } from './tidy-rules.ts';

/** The directory of the checkout, with a `/` at its end. */
const REPOSITORY_ROOT = `${process.cwd()}/`;

/** All files that git tracks or would track, in git's order, as UTF-8. */
export function readRepository(): RepositoryFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: REPOSITORY_ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\0')
    .filter((path) => path !== '' && path !== 'package-lock.json')
    .filter((path) => existsSync(join(REPOSITORY_ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY_ROOT, path), 'utf8') }));
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { httpLibraryProblem, nodeProblem } from '../../gateway/platform.ts';
import { readRepository } from '../support/repository.ts';

const manifest = readRepository().find(({ path }) => path === 'package.json');
const needed: string = JSON.parse(manifest?.text ?? '').engines.node;

describe('a Node', () => {
  it('that is as new as package.json says runs the program', () => {
    assert.match(needed, /^>=\d+\.\d+$/, 'a range that is understood');
    for (const version of ['20.11.0', '20.20.2', '21.0.0', '22.3.1', '100.0.0', '22.0.0-nightly']) {
      assert.equal(nodeProblem(version, needed), undefined, version);
    }
  });

  it('that is older is told which one to install', () => {
    for (const version of ['20.10.0', '19.11.9', '18.20.8', '16.0.0']) {
      assert.equal(
        nodeProblem(version, needed),
        `this is Node ${version}, and at least 20.11 is needed: install Node 20 from https://nodejs.org`,
      );
    }
  });
});

describe('an HTTP library that cannot be loaded', () => {
  const DEBIAN_12 = { node: '22.1.0', system: 'linux x64', glibc: '2.36' };
  const problems: readonly (readonly [string, Partial<typeof DEBIAN_12>, RegExp])[] = [
    [
      "This version of uWS.js\n\nError: libc.so.6: version `GLIBC_2.38' not found (required by x)",
      {},
      /needs glibc 2\.38 under Node 22, and here is 2\.36: use Node 20, or a newer system/,
    ],
    [
      "This version of uWS.js\n\nError: Cannot find module './uws_linux_x64_131.node'",
      { node: '23.1.0' },
      /has no binary for Node 23 on linux x64: use Node 20/,
    ],
    [
      "Cannot find package 'uWebSockets.js' imported from dist/a.js",
      {},
      /not installed: run npm ci/,
    ],
  ];

  it('says in one line why, and what to do', () => {
    for (const [reason, platform, expected] of problems) {
      const problem = httpLibraryProblem(reason, { ...DEBIAN_12, ...platform });
      assert.match(problem, expected);
      assert.doesNotMatch(problem, /\n/);
    }
    const musl = { ...DEBIAN_12, glibc: undefined };
    assert.match(
      httpLibraryProblem('Error relocating uws', musl),
      /needs glibc, which this system/,
    );
  });
});

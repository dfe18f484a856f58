import { relative } from 'node:path';

/** Tests that CI may skip, by the reason that they give. */
const ALLOWED = [
  // Published traces are in no package registry; they are laid beside the checkout by hand.
  / is not in \.\.\/shared\/traces$/,
];

/**
 * A reporter of node:test that names the tests that were skipped, each with its reason. In CI
 * (`CI=true`), which installs every tool, they have failed. The test runner loads it before tsx
 * could take the types out.
 *
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} source
 */
export default async function* skipReporter(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' || data.skip === undefined) continue;
    const reason = typeof data.skip === 'string' ? data.skip : 'no reason given';
    const isFailure = process.env.CI === 'true' && !ALLOWED.some((allowed) => allowed.test(reason));
    if (isFailure) process.exitCode = 1;
    const what = isFailure ? 'failed, since CI skips nothing' : 'skipped';
    yield `${what}: ${relative(process.cwd(), data.file ?? '')}: ${data.name}: ${reason}\n`;
  }
}

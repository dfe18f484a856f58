import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { PROGRAM } from '../support/program.ts';

/** What the program says where it cannot run: one line, and no stack. */

/** Runs the program in a process that takes itself for one with these versions. */
function runWith(versions: Record<string, string>, args: readonly string[]) {
  const fake = `Object.defineProperty(process, 'versions', {
    value: { ...process.versions, ...${JSON.stringify(versions)} },
  });`;
  const preload = `data:text/javascript,${encodeURIComponent(fake)}`;
  const argv = ['--import', preload, ...PROGRAM, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

for (const args of [['serve', '--port', '0'], ['replay'], ['--help'], []]) {
  it(`under an old Node says which is needed: fakeai ${args.join(' ')}`, () => {
    assert.deepEqual(runWith({ node: '18.19.0' }, args), {
      status: 1,
      stdout: '',
      stderr:
        'fakeai: this is Node 18.19.0, and at least 20.11 is needed: install Node 20 from ' +
        'https://nodejs.org\n',
    });
  });
}

for (const command of ['serve', 'parity']) {
  it(`without a binary of the HTTP library says which Node has one: fakeai ${command}`, () => {
    const { status, stdout, stderr } = runWith({ node: '23.0.0', modules: '131' }, [command]);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(
      stderr,
      /^fakeai: uWebSockets\.js, .* no binary for Node 23 on .*: use Node 20.*\n$/,
    );
  });
}

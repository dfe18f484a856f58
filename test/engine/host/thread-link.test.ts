import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { clockOrigin } from '../../../engine/host/clock.ts';
import {
  LOOKS_UNTIL_HUNG,
  LOOKS_UNTIL_LOST,
  ThreadLink,
} from '../../../engine/host/thread-link.ts';
import { workerId } from '../../../shared/ids.ts';
import { type CrashedEvent, EventBatch } from '../../../shared/protocol.ts';
import { type ScriptedThread, ScriptedThreads } from '../../support/scripted-threads.ts';
import { cancelWith, submitWith } from '../../support/sequences.ts';

/** A link whose thread is the test. */
class LinkRig {
  readonly heard: (EventBatch | CrashedEvent)[] = [];
  readonly ends: string[] = [];
  readonly link: ThreadLink;
  readonly thread: ScriptedThread;
  /** What the listener makes of an event. */
  onEvent: (event: EventBatch | CrashedEvent) => void = () => {};

  constructor(t: TestContext) {
    const threads = new ScriptedThreads();
    const options = { clockOrigin: clockOrigin(), tickUs: 100, beatMs: 1000 };
    this.link = new ThreadLink(threads, options, {
      event: (event) => {
        this.heard.push(event);
        this.onEvent(event);
      },
      ended: (reason) => this.ends.push(reason),
    });
    this.thread = threads.all[0] ?? assert.fail();
    t.after(() => this.link.giveUp('the test is over'));
  }

  static async greeted(t: TestContext): Promise<LinkRig> {
    const rig = new LinkRig(t);
    await rig.link.greeted;
    return rig;
  }

  looks(count: number): void {
    for (let look = 0; look < count; look++) this.link.look();
  }
}

function batch(seq: number): EventBatch {
  const filled = new EventBatch(workerId(0));
  filled.seq = seq;
  return filled;
}

describe('a thread that breaks the protocol', () => {
  for (const [name, bytes] of [
    ['with bytes that are no message', Uint8Array.of(1, 2, 3)],
    ['with something that has no bytes', { kind: 'batch' }],
    ['with nothing', undefined],
  ] as const) {
    test(`${name} is ended, and nothing that it says later is heard`, async (t) => {
      const rig = await LinkRig.greeted(t);
      rig.thread.say(batch(1));
      rig.thread.sayBytes(bytes);
      rig.thread.say(batch(2));
      await rig.link.ended;
      assert.ok(rig.thread.isAborted);
      assert.equal(rig.heard.length, 1);
      assert.equal(rig.ends.length, 1);
      assert.match(rig.ends[0] ?? '', /broke the protocol: expected a message/);
    });
  }

  test('by an event that cannot be is ended with what is wrong with it', async (t) => {
    const rig = await LinkRig.greeted(t);
    rig.onEvent = () => {
      throw new Error('that cannot be');
    };
    rig.thread.say(batch(1), batch(2));
    await rig.link.ended;
    assert.equal(rig.heard.length, 1);
    assert.deepEqual(rig.ends, ['it broke the protocol: that cannot be']);
  });
});

describe('a thread that ends by itself', () => {
  test('is heard to the end', async (t) => {
    const rig = await LinkRig.greeted(t);
    rig.thread.say(batch(1));
    rig.thread.end(new Error('no memory left'));
    await rig.link.ended;
    assert.equal(rig.heard.length, 1);
    assert.deepEqual(rig.ends, ['no memory left']);
  });

  test('before it has said hello is not waited for', async (t) => {
    const threads = new ScriptedThreads();
    threads.onStart = (thread) => thread.end(new Error('cannot start'));
    const options = { clockOrigin: clockOrigin(), tickUs: 100, beatMs: 1000 };
    const link = new ThreadLink(threads, options, { event() {}, ended() {} });
    t.after(() => link.giveUp('the test is over'));
    await assert.rejects(link.greeted, /cannot start/);
  });
});

describe('a thread that hangs', () => {
  test('is ended after so many looks without a beat', async (t) => {
    const rig = await LinkRig.greeted(t);
    rig.looks(1);
    rig.thread.signals.beat();
    rig.looks(LOOKS_UNTIL_HUNG);
    assert.ok(!rig.thread.isAborted);
    rig.looks(1);
    await rig.link.ended;
    assert.ok(rig.thread.isAborted);
    assert.deepEqual(rig.ends, ['it hangs']);
  });

  test('is none that beats now and then, or takes its commands', async (t) => {
    const rig = await LinkRig.greeted(t);
    for (let round = 0; round < 5; round++) {
      rig.looks(LOOKS_UNTIL_HUNG - 1);
      if (round % 2 === 0) {
        rig.thread.signals.beat();
      } else {
        rig.link.send(cancelWith(1));
        rig.link.flush();
        assert.equal(rig.thread.take().length, 1);
      }
      rig.looks(1);
    }
    assert.ok(!rig.thread.isAborted);
  });

  test('is none while it starts, unless that takes for ever', async (t) => {
    const slow = new LinkRig(t);
    slow.looks(LOOKS_UNTIL_LOST - 1);
    await slow.link.greeted;
    slow.looks(LOOKS_UNTIL_HUNG - 1);
    assert.ok(!slow.thread.isAborted);

    const lost = new LinkRig(t);
    lost.looks(LOOKS_UNTIL_LOST);
    assert.ok(lost.thread.isAborted);
    await assert.rejects(lost.link.greeted, /it does not start/);
    assert.deepEqual(lost.ends, ['it does not start']);
  });
});

describe('commands for a thread', () => {
  test('leave together, in their order, and count until they are taken', async (t) => {
    const rig = await LinkRig.greeted(t);
    const commands = [cancelWith(1), submitWith(2), cancelWith(2)];
    for (const command of commands) rig.link.send(command);
    assert.ok(rig.link.backlogBytes > submitWith(2).hashes.byteLength);
    assert.deepEqual(rig.thread.take(), []);
    rig.link.flush();
    const sent = rig.link.backlogBytes;
    assert.ok(sent > submitWith(2).hashes.byteLength);
    rig.link.send(cancelWith(3));
    assert.ok(rig.link.backlogBytes > sent);
    assert.deepEqual(rig.thread.take(), commands);
    rig.link.flush();
    assert.ok(rig.link.backlogBytes > 0);
    assert.deepEqual(rig.thread.take(), [cancelWith(3)]);
    assert.equal(rig.link.backlogBytes, 0);
  });

  test('that are for a worker which is gone are taken back', async (t) => {
    const rig = await LinkRig.greeted(t);
    const stays = cancelWith(1, { worker: workerId(1) });
    for (const command of [submitWith(1), stays, cancelWith(2)]) rig.link.send(command);
    rig.link.drop(workerId(0));
    rig.link.flush();
    assert.deepEqual(rig.thread.take(), [stays]);
    assert.equal(rig.link.backlogBytes, 0);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatChunks } from '../../../gateway/api/openai/chat-chunks.ts';
import type { StreamEncoder } from '../../../gateway/generate/answer-encoder.ts';
import { NO_REQUEST, requestId, workerId } from '../../../shared/ids.ts';
import { OUTCOME } from '../../../shared/protocol.ts';
import { AnswerRig } from './answer-rig.ts';

const LONG = { max_tokens: 100_000, ignore_eos: true };
const KINDS = [true, false] as const;

for (const stream of KINDS) {
  const kind = stream ? 'a stream' : 'a whole answer';

  describe(`${kind} of any length`, () => {
    test('writes no more in a call than it is allowed to, and nothing without being asked', () => {
      const rig = new AnswerRig({ ...LONG, stream, n: 8 });
      rig.allOut();
      let calls = 0;
      for (; rig.answer.start.exchange.isOpen; calls++) {
        const before = rig.exchange.writes;
        assert.ok(rig.flush(100) <= 100 + 8);
        assert.ok(rig.exchange.writes - before <= 100 + 3);
      }
      assert.ok(calls > 50, `${calls} calls`);
      assert.equal(rig.finishes.join(), 'length');
      assert.equal(rig.answer.start.usage.completionTokens, 800_000);
    });

    test('makes no text while the client does not read', () => {
      const rig = new AnswerRig({ ...LONG, stream });
      rig.allOut();
      rig.flush(100);
      assert.ok(rig.isAdded);
      rig.exchange.isBlocked = true;
      const before = rig.exchange.writes;
      assert.equal(rig.flush(100), 0);
      assert.equal(rig.exchange.writes, before);
      rig.exchange.isBlocked = false;
      rig.exchange.room();
      assert.ok(rig.isAdded, 'it goes on in its turn, not in the middle of a call of the library');
    });

    test('that is left in the middle is cancelled and writes no more', () => {
      const rig = new AnswerRig({ ...LONG, stream, n: 2 });
      rig.out(0, 100_000);
      rig.out(1, 50_000);
      rig.flush(10);
      rig.exchange.leave();
      assert.deepEqual(rig.commands, ['cancel 1', 'cancel 2']);
      const { writes } = rig.exchange;
      assert.equal(rig.flush(10_000), 0);
      assert.equal(rig.exchange.writes, writes);
      assert.deepEqual(rig.finishes, ['abort']);
    });

    test('that fails in the middle breaks off or ends with an event, and is counted once', () => {
      const rig = new AnswerRig({ ...LONG, stream });
      rig.allOut();
      rig.flush(10);
      rig.answer.broke(new Error('x'));
      assert.equal(rig.defects.length, 1);
      assert.deepEqual(rig.finishes, ['error']);
      assert.equal(rig.exchange.end, stream ? 'answered' : 'broken-off');
    });
  });

  describe(`a stop sequence in ${kind}`, () => {
    /** The text of a word somewhere in the first tokens. */
    const fields = { ...LONG, stream, stop: [' the'] };

    test('ends its sequence on the worker as finished, and what comes later is not sent', () => {
      const rig = new AnswerRig({ ...fields, n: 2 });
      rig.out(0, 2000);
      rig.flush(10_000);
      assert.deepEqual(rig.commands, ['stop 1']);
      rig.out(0, 2000);
      rig.out(1, 2000);
      rig.flush(10_000);
      assert.deepEqual(rig.commands, ['stop 1', 'stop 2']);
      assert.deepEqual(rig.finishes, ['stop']);
      const { usage } = rig.answer.start;
      assert.equal(rig.answer.tokenCounts.sum, usage.completionTokens);
      assert.ok(usage.completionTokens < 4000);
    });

    test('is looked for no faster than the budget allows', () => {
      const rig = new AnswerRig({ ...LONG, stream, n: 4, stop: ['zzz', 'zzy', 'zzx', 'zzw'] });
      rig.allOut();
      let calls = 0;
      for (; rig.exchange.isOpen; calls++) rig.flush(100);
      assert.ok(calls >= 400_000 / 4 / 100, `${calls} calls`);
    });
  });

  test(`a defect while ${kind} is written costs this answer, with its own status`, () => {
    const rig = new AnswerRig({ stream, max_tokens: 5 });
    rig.breakWrites();
    rig.allOut();
    rig.flush(100);
    assert.equal(rig.exchange.sentStatus, 500);
    assert.equal(rig.defects.length, 1);
    assert.deepEqual(rig.finishes, ['error']);
    assert.deepEqual(rig.commands, ['breakOff 1']);
  });

  test(`a defect in what ${kind} makes of a batch is an error of the server, not of a worker`, () => {
    const rig = new AnswerRig({ stream, n: 2 });
    rig.answer.choices[1]?.failed(requestId(2), 'defect');
    assert.equal(rig.exchange.sentStatus, 500);
    assert.equal(rig.exchange.sentCode, 'internal_error');
    assert.deepEqual(rig.commands, ['breakOff 1', 'breakOff 2']);
    assert.deepEqual(rig.finishes, ['error']);
  });

  test(`a worker that is lost fails ${kind}`, () => {
    const rig = new AnswerRig({ stream, n: 2 });
    rig.answer.choices[1]?.failed(requestId(2), 'worker-lost');
    assert.equal(rig.exchange.sentCode, 'worker_failed');
    assert.deepEqual(rig.commands, ['cancel 1', 'cancel 2']);
  });

  test(`a refusal of the worker ends ${kind} and frees its other sequences`, () => {
    const rig = new AnswerRig({ stream, n: 3 });
    rig.answer.choices[1]?.ended(requestId(2), OUTCOME.queueFull);
    assert.equal(rig.exchange.sentStatus, 429);
    assert.deepEqual(rig.commands, ['cancel 1', 'cancel 2', 'cancel 3']);
    assert.deepEqual(rig.finishes, ['error']);
  });
}

test('the choices of a stream take turns', () => {
  const rig = new AnswerRig({ ...LONG, stream: true, n: 3 });
  rig.allOut();
  for (let turn = 0; turn < 3; turn++) rig.flush(50);
  for (const choice of rig.answer.choices) assert.ok(choice.text.taken > 0, `${choice.index}`);
});

test('a row of tokens is handled without a look at the other choices', () => {
  const rig = new AnswerRig({ ...LONG, stream: true, n: 128 });
  rig.out(100, 1);
  let looks = 0;
  for (const choice of rig.answer.choices) {
    const { emitted } = choice;
    Object.defineProperty(choice, 'emitted', {
      get: () => {
        looks++;
        return emitted;
      },
    });
  }
  rig.flush(100);
  assert.ok(looks < 10, `${looks} looks`);
});

test('an answer is owed tokens until the last one is out, whether or not the client reads', () => {
  const rig = new AnswerRig({ ...LONG, stream: true, n: 2 });
  rig.out(0, 100_000);
  assert.ok(rig.answer.isOwed);
  rig.exchange.isBlocked = true;
  assert.ok(!rig.answer.isStalled, 'the worker has not done its part');
  rig.out(1, 100_000);
  assert.ok(!rig.answer.isOwed);
  assert.ok(rig.answer.isStalled);
  rig.answer.dropClient();
  assert.equal(rig.exchange.end, 'client-stalled');
  assert.deepEqual(rig.finishes, ['abort']);
});

test('choices that were not placed are not cancelled', () => {
  const rig = new AnswerRig({ n: 2 }, { placed: 1 });
  rig.exchange.leave();
  assert.equal(rig.answer.choices[1]?.request, NO_REQUEST);
  assert.deepEqual(rig.commands, ['cancel 1']);
});

test('the headers name the worker of the first choice', () => {
  const rig = new AnswerRig({ max_tokens: 1 });
  rig.answer.routed({ request: requestId(1), worker: workerId(3), overlapBlocks: 4 }, 5);
  rig.allOut();
  rig.flush(10);
  assert.match(
    String(rig.exchange.headers),
    /x-fakeai-worker: worker-3\r\n.*blocks: 4\r\n.*us: 5/s,
  );
});

describe('a stream that opens when it is placed', () => {
  /** One of another endpoint: every event says what it is. */
  const stream: StreamEncoder = {
    isStream: true,
    opensAt: 'placement',
    extraBytes: 0,
    keepAlive: 'ping',
    keepAliveIsComment: false,
    end: 'end',
    headers: () => [],
    bytesMax: (characters) => characters + 100,
    open: () => 'open',
    begin: (choice) => `begin ${choice}`,
    token: (choice, kind) => `${kind} ${choice}`,
    finish: (choice, reason) => `finish ${choice} ${reason}`,
    close: ({ completionTokens }) => `close ${completionTokens}`,
    error: ({ status }) => `error ${status}`,
  };
  const placement = { request: requestId(1), worker: workerId(0), overlapBlocks: 0 };

  function placed() {
    const rig = new AnswerRig({ stream: true, max_tokens: 2, ignore_eos: true }, { stream });
    rig.answer.routed(placement, 1);
    rig.flush(100);
    return rig;
  }

  test('says so before its first token, and the rest in order', () => {
    const rig = placed();
    assert.deepEqual(rig.exchange.parts, ['open']);
    rig.allOut();
    rig.flush(100);
    const rest = ['begin 0', 'text 0', 'text 0', 'finish 0 length', 'close 2', 'end'];
    assert.deepEqual(rig.exchange.parts, ['open', ...rest]);
    assert.deepEqual(rig.finishes, ['length']);
  });

  test('says in an event that no worker takes it, and pings meanwhile', () => {
    const rig = placed();
    rig.answer.keepAlive(10, 5);
    rig.answer.choices[0]?.ended(requestId(1), OUTCOME.queueFull);
    assert.deepEqual(rig.exchange.parts, ['open', 'ping', 'error 429']);
    assert.deepEqual(rig.finishes, ['error']);
  });
});

test('an event that is long costs as much as several', () => {
  const head = { id: 'chatcmpl-1', createdS: 0, modelJson: '"m"', fingerprint: 'fp_1' };
  const charactersIn = (topLogprobs?: number): number => {
    const stream = new ChatChunks(head, 'none', topLogprobs);
    const rig = new AnswerRig({ ...LONG, stream: true }, { stream });
    rig.allOut();
    rig.flush(1000);
    return rig.exchange.parts.join('').length;
  };
  assert.ok(charactersIn(20) < 1.5 * charactersIn());
});

import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { type AnswerLimits, AnswerWatch } from '../../../gateway/generate/answer-watch.ts';
import type { ApiError } from '../../../shared/errors.ts';

/** An answer as far as the watch looks at one. */
class FakeAnswer {
  readonly start = { exchange: { arrivedUs: 0 } };
  readonly isStream: boolean;
  listedAt = -1;
  progressUs = 0;
  hasStarted = false;
  isOwed = true;
  isStalled = false;
  isDropped = false;
  readonly failures: (string | null)[] = [];
  readonly keptAliveAtUs: number[] = [];
  readonly keepAliveIsComment: boolean;

  constructor(isStream: boolean, keepAliveIsComment = false) {
    this.isStream = isStream;
    this.keepAliveIsComment = keepAliveIsComment;
  }

  fail(error: ApiError): void {
    this.failures.push(error.code);
  }

  keepAlive(nowUs: number): void {
    this.keptAliveAtUs.push(nowUs);
  }

  dropClient(): void {
    this.isDropped = true;
  }

  broke(error: unknown): void {
    this.failures.push(String(error));
  }
}

const LIMITS: AnswerLimits = {
  answerUs: 10e6,
  gapUs: 3e6,
  keepAliveUs: Infinity,
  commentUs: Infinity,
};

/** Runs `act` with a watch whose sweeps are due when `sweepAt` says so. */
function withWatch(
  limits: AnswerLimits,
  act: (watch: AnswerWatch, sweepAt: (nowUs: number) => void) => void,
): void {
  mock.timers.enable({ apis: ['setInterval'] });
  let nowUs = 0;
  const watch = new AnswerWatch(limits, () => nowUs);
  watch.start();
  try {
    act(watch, (atUs) => {
      nowUs = atUs;
      mock.timers.tick(250);
    });
  } finally {
    watch.stop();
    mock.timers.reset();
  }
}

describe('time limits', () => {
  for (const [isStream, code] of [
    [true, 'stream_timeout'],
    [false, 'gateway_timeout'],
  ] as const) {
    test(`an answer that takes longer than allowed fails with ${code}`, () => {
      withWatch(LIMITS, (watch, sweepAt) => {
        const answer = new FakeAnswer(isStream);
        watch.add(answer);
        sweepAt(9.9e6);
        assert.deepEqual(answer.failures, []);
        sweepAt(10.1e6);
        assert.deepEqual(answer.failures, [code]);
      });
    });
  }

  test('a gap between tokens counts from the first token on', () => {
    withWatch(LIMITS, (watch, sweepAt) => {
      const answer = new FakeAnswer(true);
      watch.add(answer);
      sweepAt(5e6);
      assert.deepEqual(answer.failures, []);
      answer.hasStarted = true;
      answer.progressUs = 5e6;
      sweepAt(7.9e6);
      assert.deepEqual(answer.failures, []);
      sweepAt(8.1e6);
      assert.deepEqual(answer.failures, ['stream_token_timeout']);
    });
  });

  test('an answer that has ended is watched no more', () => {
    withWatch(LIMITS, (watch, sweepAt) => {
      const answer = new FakeAnswer(true);
      watch.add(answer);
      watch.delete(answer);
      sweepAt(1e9);
      assert.deepEqual(answer.failures, []);
    });
  });

  test('a silent stream is kept alive after the interval', () => {
    withWatch({ ...LIMITS, keepAliveUs: 1e6 }, (watch, sweepAt) => {
      const stream = new FakeAnswer(true);
      const unary = new FakeAnswer(false);
      watch.add(stream);
      watch.add(unary);
      sweepAt(0.9e6);
      sweepAt(1.1e6);
      assert.deepEqual(stream.keptAliveAtUs, [1.1e6]);
      assert.deepEqual(unary.keptAliveAtUs, []);
    });
  });

  test('one whose events would be comments is kept alive where comments are wanted', () => {
    for (const commentUs of [1e6, Infinity]) {
      withWatch({ ...LIMITS, keepAliveUs: 1e6, commentUs }, (watch, sweepAt) => {
        const stream = new FakeAnswer(true, true);
        watch.add(stream);
        sweepAt(1.1e6);
        assert.deepEqual(stream.keptAliveAtUs, commentUs === 1e6 ? [1.1e6] : []);
      });
    }
  });
});

describe('a client that does not read', () => {
  test('is no gap between tokens', () => {
    withWatch(LIMITS, (watch, sweepAt) => {
      const answer = new FakeAnswer(true);
      watch.add(answer);
      answer.hasStarted = true;
      answer.isOwed = false;
      sweepAt(9e6);
      assert.deepEqual(answer.failures, []);
    });
  });

  test('is given up when the time of its answer is over', () => {
    withWatch(LIMITS, (watch, sweepAt) => {
      const answer = new FakeAnswer(true);
      watch.add(answer);
      answer.isOwed = false;
      answer.isStalled = true;
      sweepAt(10.1e6);
      assert.deepEqual(answer.failures, []);
      assert.equal(answer.isDropped, true);
    });
  });
});

test('an answer that throws fails alone', () => {
  withWatch(LIMITS, (watch, sweepAt) => {
    const [broken, other] = [new FakeAnswer(true), new FakeAnswer(true)];
    for (const answer of [broken, other]) watch.add(answer);
    broken.fail = () => {
      throw new Error('fail');
    };
    sweepAt(10.1e6);
    assert.deepEqual(broken.failures, ['Error: fail']);
    assert.deepEqual(other.failures, ['stream_timeout']);
  });
});

describe('settling', () => {
  test('is over at once when nothing is under way', async () => {
    const watch = new AnswerWatch(LIMITS, () => 0);
    await watch.settle(60_000);
  });

  test('is over when the last answer has ended', async () => {
    const watch = new AnswerWatch(LIMITS, () => 0);
    const answers = [new FakeAnswer(true), new FakeAnswer(false)];
    for (const answer of answers) watch.add(answer);
    const settled = watch.settle(60_000);
    for (const answer of answers) watch.delete(answer);
    await settled;
    assert.deepEqual(
      answers.map((answer) => answer.failures),
      [[], []],
    );
  });

  test('fails what is still under way at the deadline', async () => {
    const watch = new AnswerWatch(LIMITS, () => 0);
    const answer = new FakeAnswer(true);
    watch.add(answer);
    await watch.settle(1);
    assert.deepEqual(answer.failures, ['service_unavailable']);
  });
});

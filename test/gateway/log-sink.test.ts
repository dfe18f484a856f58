import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogSink, type WriteBytes } from '../../gateway/log-sink.ts';
import { eventually } from '../support/eventually.ts';

type Outcome = NodeJS.ErrnoException | number;

/** A file that answers each write as it is told, and keeps what it took. */
class File {
  readonly taken: Uint8Array[] = [];
  writes = 0;
  readonly #outcomes: Outcome[];

  constructor(outcomes: readonly Outcome[] = []) {
    this.#outcomes = [...outcomes];
  }

  readonly write: WriteBytes = (bytes, done) => {
    this.writes++;
    const outcome = this.#outcomes.shift() ?? bytes.length;
    setImmediate(() => {
      if (typeof outcome !== 'number') return done(outcome, 0);
      this.taken.push(bytes.subarray(0, outcome));
      done(null, outcome);
    });
  };

  get text(): string {
    return Buffer.concat(this.taken).toString();
  }
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

describe('a log', () => {
  it('writes its lines in order, those that gather meanwhile at once', async () => {
    const file = new File();
    const sink = new LogSink(file.write);
    for (const line of ['a\n', 'b\n', 'ü\n']) sink.write(line);
    await sink.close();
    assert.equal(file.text, 'a\nb\nü\n');
    assert.equal(file.writes, 2);
    assert.equal(sink.dropped, 0);
  });

  it('goes on where a write ended, also within a character', async () => {
    const file = new File([1, 1]);
    const sink = new LogSink(file.write);
    sink.write('üb\n');
    await sink.close();
    assert.deepEqual([file.text, file.writes, sink.dropped], ['üb\n', 3, 0]);
  });

  it('asks again what would not take it just now', async () => {
    const file = new File([failure('EAGAIN'), failure('EAGAIN')]);
    const sink = new LogSink(file.write);
    sink.write('a\n');
    await sink.close();
    assert.deepEqual([file.text, file.writes, sink.dropped], ['a\n', 3, 0]);
  });

  for (const code of ['ENOSPC', 'EPIPE', 'EIO']) {
    it(`loses and counts lines that fail with ${code}, and tries later ones`, async () => {
      const file = new File([failure(code), failure(code)]);
      const sink = new LogSink(file.write);
      sink.write('lost\n');
      for (const line of ['lost too\n', 'and this\n']) sink.write(line);
      await eventually('both writes have failed', () => sink.dropped === 3);
      sink.write('kept\n');
      await sink.close();
      assert.deepEqual([file.text, sink.dropped], ['kept\n', 3]);
    });
  }

  it('that nobody takes keeps a bounded backlog, counts the rest and can be closed', async () => {
    let bytes = 0;
    const sink = new LogSink((chunk) => {
      bytes += chunk.length;
    });
    const line = `${'x'.repeat(999)}\n`;
    for (let n = 0; n < 5_000; n++) sink.write(line);
    assert.equal(bytes, 1000, 'only the first write is under way');
    assert.equal(sink.dropped, 5_000 - 1_048);
    await sink.close();
  });
});

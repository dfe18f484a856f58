import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { announcedLength, UNKNOWN_LENGTH } from '../../../gateway/http/framing.ts';
import { ApiError } from '../../../shared/errors.ts';

function lengthOf(...headers: [name: string, value: string][]): number | ApiError {
  return announcedLength({
    forEach: (visit) => {
      for (const [name, value] of headers) visit(name, value);
    },
  });
}

describe('the announced length of a body', () => {
  it('is that of its one Content-Length, unknown for chunks, and 0 without either', () => {
    assert.equal(lengthOf(['host', 'x'], ['content-length', '17']), 17);
    assert.equal(lengthOf(['transfer-encoding', 'chunked']), UNKNOWN_LENGTH);
    assert.equal(lengthOf(['transfer-encoding', 'Chunked']), UNKNOWN_LENGTH);
    assert.equal(lengthOf(['host', 'x']), 0);
  });

  it('is not clear with two headers of a kind, or with an encoding other than chunked', () => {
    const unclear: [string, string][][] = [
      [
        ['content-length', '5'],
        ['content-length', '7'],
      ],
      [
        ['content-length', '5'],
        ['content-length', '5'],
      ],
      [
        ['transfer-encoding', 'chunked'],
        ['transfer-encoding', 'gzip'],
      ],
      [['transfer-encoding', 'gzip, chunked']],
      [['transfer-encoding', 'chunked, gzip']],
      [['transfer-encoding', 'xchunked']],
      [['transfer-encoding', 'gzip']],
    ];
    for (const headers of unclear) {
      const problem = lengthOf(...headers);
      assert.ok(problem instanceof ApiError, JSON.stringify(headers));
      assert.equal(problem.code, 'ambiguous_framing');
      assert.equal(problem.status, 400);
    }
  });
});

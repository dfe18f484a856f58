import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type { ClusterRequest } from '../../engine/cluster/request.ts';
import { TrafficRecorder } from '../../gateway/traffic-recorder.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { NO_REQUEST } from '../../shared/ids.ts';
import { SPEC_DEFAULTS } from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';
import { eventually } from '../support/eventually.ts';
import { fc } from '../support/property.ts';
import { recordedRequests } from '../support/recordings.ts';

const BLOCK_SIZE = 4;

function clusterRequest(fields: Partial<ClusterRequest>): ClusterRequest {
  return {
    arrivedUs: timeUs(0),
    promptTokens: 8,
    promptBlocks: 2,
    outputTokens: 4,
    hashes: new Uint32Array(3 * HASH_WORDS),
    sessionKey: undefined,
    pinned: undefined,
    seed: 0,
    ...SPEC_DEFAULTS,
    siblingOf: NO_REQUEST,
    ...fields,
  };
}

function recorderOf(
  file: Writable,
  compress = false,
): { recorder: TrafficRecorder; failures: string[] } {
  const failures: string[] = [];
  const onFailure = (reason: string): number => failures.push(reason);
  return {
    recorder: new TrafficRecorder(file, { blockSize: BLOCK_SIZE, compress, onFailure }),
    failures,
  };
}

async function recorded(requests: readonly ClusterRequest[], compress = false): Promise<string> {
  const file = new PassThrough();
  const { recorder } = recorderOf(file, compress);
  const written = text(compress ? file.pipe(createGunzip()) : file);
  for (const request of requests) recorder.add(request);
  await recorder.close();
  return await written;
}

describe('a recording', () => {
  it('is read back as it was: times from the first arrival, lengths, hashes, sessions', async () => {
    const word = fc.integer({ min: 0, max: 0x7fffffff });
    const request = fc
      .record({
        gapUs: fc.nat(1e9),
        promptTokens: fc.integer({ min: 8, max: 100 }),
        outputTokens: fc.integer({ min: 4, max: 100 }),
        hashes: fc.array(word, { minLength: 6, maxLength: 6 }),
        sessionKey: fc.option(fc.nat(0xffffffff), { nil: undefined }),
      })
      .map((fields) => ({ ...fields, hashes: Uint32Array.from(fields.hashes) }));
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 9 }), async (drawn) => {
        let nowUs = 5_000_000;
        const requests = drawn.map(({ gapUs, ...fields }) => {
          nowUs += gapUs;
          return clusterRequest({ ...fields, arrivedUs: timeUs(nowUs) });
        });
        const startUs = requests[0]?.arrivedUs ?? 0;
        const got = await recordedRequests([await recorded(requests)], BLOCK_SIZE);
        for (const [at, { arrivedUs, promptTokens, outputTokens, hashes }] of requests.entries()) {
          const row = got[at];
          assert.ok(row !== undefined);
          assert.equal(row.arrivalUs, arrivedUs - startUs);
          assert.deepEqual([row.promptTokens, row.outputTokens], [promptTokens, outputTokens]);
          assert.deepEqual(row.hashes.subarray(0, hashes.length), hashes);
          const { sessionKey } = drawn[at] ?? {};
          if (sessionKey !== undefined) assert.equal(row.sessionKey, sessionKey);
        }
        assert.equal(got.length, requests.length);
      }),
      { numRuns: 25 },
    );
  });

  it('of compressed traffic is gzip of the same lines', async () => {
    const requests = [clusterRequest({}), clusterRequest({ arrivedUs: timeUs(7) })];
    assert.equal(await recorded(requests, true), await recorded(requests));
  });

  it('of compressed traffic has every line that came before it was last synced', async () => {
    const file = new PassThrough();
    const written: Buffer[] = [];
    file.on('data', (bytes: Buffer) => written.push(bytes));
    const { recorder } = recorderOf(file, true);
    recorder.add(clusterRequest({}));
    recorder.sync();
    const readable = (): string => {
      const bytes = Buffer.concat(written);
      return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    };
    await eventually('header and request can be read', () => readable().split('\n').length === 3);
    const { length } = Buffer.concat(written);
    recorder.sync();
    await recorder.close();
    const end = Buffer.concat(written).subarray(length);
    // An empty last block, the checksum and the length.
    assert.ok(end.length <= 2 + 8, `${end.length} bytes for nothing new`);
  });

  it('puts a request that came before the first one placed at the start', async () => {
    const requests = [100, 90].map((us) => clusterRequest({ arrivedUs: timeUs(us) }));
    const got = await recordedRequests([await recorded(requests)], BLOCK_SIZE);
    assert.deepEqual(
      got.map((row) => row.arrivalUs),
      [0, 0],
    );
  });
});

describe('a file', () => {
  it('that takes nothing holds a bounded backlog; what comes after it is left out', () => {
    let bytes = 0;
    const stuck = new Writable({
      write: (chunk: Buffer) => {
        bytes += chunk.length;
      },
    });
    const { recorder } = recorderOf(stuck);
    const large = clusterRequest({ promptTokens: 1e7, hashes: new Uint32Array(1 << 21) });
    for (let n = 0; n < 10; n++) recorder.add(large);
    const { recorded: written, leftOut } = recorder.counts;
    assert.equal(written, 0);
    assert.ok(leftOut > 0 && leftOut <= 4, `left out ${leftOut} of 11 MB each`);
    assert.ok(bytes < 2e7, 'only the first piece was taken');
    stuck.destroy();
  });

  it('that fails ends the recording, is told once, and holds up nobody', async () => {
    for (const compress of [false, true]) {
      const full = new Writable({
        write: (_chunk, _encoding, done) => done(new Error('no space left')),
      });
      const { recorder, failures } = recorderOf(full, compress);
      const large = clusterRequest({ promptTokens: 1e6, hashes: noise(1 << 15) });
      for (let n = 0; n < 3; n++) recorder.add(large);
      while (failures.length === 0) await new Promise(setImmediate);
      recorder.add(large);
      await recorder.close();
      assert.deepEqual(failures, ['no space left']);
      const { recorded: written, leftOut } = recorder.counts;
      assert.equal(written + leftOut, 4);
      if (!compress) assert.equal(leftOut, 4);
    }
  });
});

/** Words that do not compress. */
function noise(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, at) => Math.imul(at + 1, 0x9e3779b1) & 0x7fffffff);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabSession } from '../../../lab/experiment/lab-session.ts';
import type { ReplayConfig } from '../../../lab/simulate/replay-config.ts';
import { replayConfig } from '../simulate/replay-rig.ts';

const SHORT = replayConfig({ workload: 'lengths', parameters: { requests: 20 } });
const ENDLESS = replayConfig({ workload: 'lengths', parameters: { requests: 1e9 } });

/** `config`, whose replay sends this process a signal as it begins: once its settings are read. */
function signalling(config: ReplayConfig, signal: NodeJS.Signals): ReplayConfig {
  return Object.defineProperty({ ...config }, 'seed', {
    enumerable: true,
    get() {
      queueMicrotask(() => process.emit(signal, signal));
      return config.seed;
    },
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends the run and keeps the replays that have ended`, async () => {
    const listeners = process.listenerCount(signal);
    const session = new LabSession(1);
    try {
      const runs = await session.run([SHORT, signalling(ENDLESS, signal), SHORT], 20);
      assert.equal(session.interrupted, true);
      assert.equal(runs[0]?.result.requests.finished, 20);
      assert.deepEqual(runs.slice(1), [undefined, undefined]);
    } finally {
      await session.close();
    }
    assert.equal(process.listenerCount(signal), listeners);
  });
}

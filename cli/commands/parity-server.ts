import { Writable } from 'node:stream';
import { pino } from 'pino';
import { routerConfig, workerConfig } from '../../gateway/cluster-config.ts';
import { Gateway } from '../../gateway/gateway.ts';
import { TrafficRecorder } from '../../gateway/traffic-recorder.ts';
import type { RecordedServer } from '../../lab/parity/recorded-server.ts';
import type { SettingSources, Settings } from '../../shared/settings/resolve-settings.ts';

/** Starts a server of this process that records all that it places. */
export async function startRecordedServer(
  given: Settings,
  sources: SettingSources,
): Promise<RecordedServer> {
  const settings = loopbackSettings(given);
  const recording = new TextSink();
  const recorder = new TrafficRecorder(recording, {
    blockSize: settings.kvCacheBlockSize,
    compress: false,
    onFailure: () => {},
  });
  const logger = pino({ level: 'silent' });
  const version = '0.0.0';
  const { gateway, port } = await Gateway.start({ settings, sources, version, logger, recorder });
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    router: routerConfig(settings, sources),
    worker: workerConfig(settings, sources),
    seed: settings.seed,
    stop: async () => {
      await gateway.stop(0);
      await recorder.close();
      return recording.chunks;
    },
  };
}

/**
 * The settings of a server that only this process talks to. What stands between a client and the
 * cluster is turned off: a replay has none of it, and refused requests are no traffic.
 */
function loopbackSettings(settings: Settings): Settings {
  return {
    ...settings,
    host: '127.0.0.1',
    port: 0,
    sslCertfile: undefined,
    sslKeyfile: undefined,
    requireApiKey: false,
    rateLimitEnabled: false,
    enableSecurity: false,
    enableInputValidation: false,
    enableInjectionDetection: false,
    enableAbuseDetection: false,
    limitConcurrency: 0,
    errorInjectionEnabled: false,
    enableModeration: false,
    enableContextValidation: false,
    enablePromptCaching: false,
  };
}

/** Keeps what is written to it. */
class TextSink extends Writable {
  readonly chunks: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk.toString('utf8'));
    done();
  }
}

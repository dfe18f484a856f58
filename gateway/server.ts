import { pino } from 'pino';
import type { SettingSources, Settings } from '../shared/config.ts';
import { Gateway } from './gateway.ts';

export async function runServer(options: {
  settings: Settings;
  sources: SettingSources;
  warnings: readonly string[];
}): Promise<number> {
  const logger = pino({ level: 'info' });
  const { port } = await Gateway.start({ ...options, version: '0', logger });
  process.stdout.write(`listening on ${port} after ${performance.now()}\n`);
  return new Promise(() => {});
}

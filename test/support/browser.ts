import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const NO_BROWSER = `no Chromium in ${PATHS.join(', ')}`;

/** The browser of this machine, or undefined if it has none: a test says so and skips. */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser | undefined> {
  const executablePath = PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) return undefined;
  return await chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

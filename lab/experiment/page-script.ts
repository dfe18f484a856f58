import { fileURLToPath } from 'node:url';
import type { Terminal } from './terminal.ts';

/** The script that draws the plots of a page: built next to this code, or from its sources. */
export async function readPageScript(
  name: 'report-page' | 'analysis-page',
  openText: Terminal['openText'],
): Promise<string> {
  const place = import.meta.url.endsWith('.ts') ? '../../dist/' : './';
  const path = fileURLToPath(new URL(`${place}${name}.js`, import.meta.url));
  let script = '';
  for await (const piece of openText(path)) script += piece;
  return script;
}

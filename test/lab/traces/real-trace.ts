import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The published traces are not part of the repository; tests that need one are skipped without. */
const FOLDER = '../shared/traces/';

export type RealTrace =
  | 'mooncake_conversation_trace.jsonl'
  | 'AzureLLMInferenceTrace_code.csv'
  | 'AzureLLMInferenceTrace_conv.csv';

/** Why a test of `trace` has to be skipped, or false. */
export function missing(trace: RealTrace): string | false {
  return existsSync(pathOf(trace)) ? false : `${trace}.gz is not in ../shared/traces`;
}

/** The text of `trace` in pieces that cut lines anywhere. */
export function* chunksOf(trace: RealTrace): Generator<string> {
  const text = gunzipSync(readFileSync(pathOf(trace))).toString('utf8');
  for (let at = 0; at < text.length; at += 65_521) yield text.slice(at, at + 65_521);
}

function pathOf(trace: RealTrace): string {
  return `${FOLDER}${trace}.gz`;
}

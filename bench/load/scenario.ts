import type { LoadOptions } from './options.ts';
import type { ServerProcess } from './server-process.ts';

/** What a scenario is given. */
export interface ScenarioContext {
  readonly options: LoadOptions;
  /**
   * Starts our server with these flags, which is asked for a chat if not for another path; see
   * `ServerProcess.startOurs`.
   */
  readonly start: (
    flags: readonly string[],
    body: string,
    nodeFlags?: readonly string[],
    path?: string,
  ) => Promise<ServerProcess>;
}

/** What a scenario gives back. */
export interface ScenarioReport {
  /** What was done, in one line. */
  readonly title: string;
  /** The figures as text, indented lines. */
  readonly text: string;
  /** All that was measured. */
  readonly figures: unknown;
}

export type Scenario = (context: ScenarioContext) => Promise<ScenarioReport>;

export const CHAT_PATH = '/v1/chat/completions';
const MODEL = 'openai/gpt-oss-120b';

/** The payload of the performance guide. */
export const UNARY_BODY = JSON.stringify({
  model: MODEL,
  messages: [{ role: 'user', content: 'Hello' }],
  max_tokens: 100,
});

/** Streams exactly `tokens` tokens. */
export function streamBody(tokens: number): string {
  return JSON.stringify({
    model: MODEL,
    messages: [{ role: 'user', content: 'Tell me a story' }],
    max_tokens: tokens,
    ignore_eos: true,
    stream: true,
  });
}

/** Flags for latencies without variance that cached blocks do not shorten. */
export function latencyFlags(ttftMs: number, itlMs: number): string[] {
  return ['--ttft', `${ttftMs}:0`, '--itl', `${itlMs}:0`];
}

/** The line that holds a figure against its bar. */
export function verdict(what: string, value: string, bar: string, isMet: boolean): string {
  return `  ${what} ${value}, bar ${bar}: ${isMet ? 'met' : 'missed'}`;
}

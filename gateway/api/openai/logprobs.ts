import { likeliestTokens, logprobOf } from '../../text/token-logprobs.ts';
import type { EchoedToken } from './prompt-echo.ts';

/**
 * Log probabilities as OpenAI writes them, of token `at` of the answer of a seed. Texts are the
 * inside of JSON strings.
 */

/** A token of a chat's content, with the `top` likeliest ones in its place. */
export function chatLogprob(text: string, seed: number, at: number, top: number): string {
  const members = likeliestTokens(seed, at, text, top).map(
    ({ token, logprob }) => `{${tokenFields(token, logprob)}}`,
  );
  return `{${tokenFields(text, logprobOf(seed, at))},"top_logprobs":[${members.join()}]}`;
}

/** The lists of a completion's log probabilities, one entry for each token. */
export const LOGPROB_LISTS = ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const;
type LogprobList = (typeof LOGPROB_LISTS)[number];

/** The entries of a completion's tokens, in their order, those of an echoed prompt before all. */
export class LogprobLists {
  readonly #top: number;
  readonly #only: LogprobList | undefined;
  readonly #entries: Record<LogprobList, string[]> = emptyLists();
  /** Characters before the next token, as Python counts them: code points. */
  offset: number;
  #isFirst = true;

  /**
   * `top` likely tokens are told of each place, and the chosen one at least. With `only` no other
   * list is made.
   */
  constructor(top: number, offset = 0, only?: LogprobList) {
    this.#top = Math.max(1, top);
    this.offset = offset;
    this.#only = only;
  }

  /** Tokens since the last `take`. */
  get length(): number {
    return this.#entries[this.#only ?? 'tokens'].length;
  }

  /** A token of the answer of a seed, with `at` before it. */
  add(text: string, seed: number, at: number): void {
    this.#add(text, text, seed, at);
  }

  /** A token of the prompt. Of the first one nothing is known. */
  addEchoed({ token, text, seed }: EchoedToken): void {
    if (token === '') this.offset += codePoints(text);
    else this.#add(token, text, this.#isFirst ? undefined : seed, 0);
    this.#isFirst = false;
  }

  /** The object of all lists, of which the next one has further tokens. */
  take(): string {
    const lists = LOGPROB_LISTS.map((list) => `"${list}":[${this.#entries[list].join()}]`);
    Object.assign(this.#entries, emptyLists());
    return `{${lists.join()}}`;
  }

  /** The entries of a list, of which the next one has further tokens. */
  takeList(list: LogprobList): string {
    const entries = this.#entries[list].join();
    this.#entries[list].length = 0;
    return entries;
  }

  /** Without a seed nothing is known of how likely the token was. */
  #add(token: string, text: string, seed: number | undefined, at: number): void {
    for (const list of this.#only === undefined ? LOGPROB_LISTS : [this.#only]) {
      this.#entries[list].push(this.#entry(list, token, seed, at));
    }
    this.offset += codePoints(text);
  }

  #entry(list: LogprobList, token: string, seed: number | undefined, at: number): string {
    switch (list) {
      case 'tokens':
        return `"${token}"`;
      case 'text_offset':
        return String(this.offset);
      case 'token_logprobs':
        return seed === undefined ? 'null' : String(logprobOf(seed, at));
      case 'top_logprobs':
        return seed === undefined ? 'null' : this.#tops(token, seed, at);
    }
  }

  #tops(text: string, seed: number, at: number): string {
    const likely = likeliestTokens(seed, at, text, this.#top);
    return `{${likely.map(({ token, logprob }) => `"${token}":${logprob}`).join()}}`;
  }
}

function emptyLists(): Record<LogprobList, string[]> {
  return { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
}

/** Characters of a text as Python counts them. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of unescaped(text)) count++;
  return count;
}

function tokenFields(text: string, logprob: number): string {
  return `"token":"${text}","logprob":${logprob},"bytes":[${Buffer.from(unescaped(text)).join()}]`;
}

function unescaped(text: string): string {
  return text.includes('\\') ? JSON.parse(`"${text}"`) : text;
}

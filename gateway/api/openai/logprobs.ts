import { likeliestTokens, logprobOf } from '../../text/token-logprobs.ts';

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

/** A completion's `top_logprobs` of one place: the chosen token, and up to `top` in all. */
export function completionTops(text: string, seed: number, at: number, top: number): string {
  const members = likeliestTokens(seed, at, text, Math.max(1, top)).map(
    ({ token, logprob }) => `"${token}":${logprob}`,
  );
  return `{${members.join()}}`;
}

/** Characters of a text as Python counts them: code points. */
export function codePoints(text: string): number {
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

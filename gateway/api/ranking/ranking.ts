import type { ApiError } from '../../../shared/errors.ts';
import { tooLong } from '../../generate/context-limits.ts';
import type { Steps } from '../../prompt/steps.ts';
import { Relevance } from '../../scores/relevance.ts';
import { partEnd } from '../../text/text-parts.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';

/** A passage by its place in the request, and how well it fits the query. */
export interface RankedPassage {
  readonly index: number;
  readonly logit: number;
}

export interface Ranking {
  /** The best first; of equal ones the one that stands first. */
  readonly passages: readonly RankedPassage[];
  /** Of all pairs of the query and a passage. */
  readonly tokens: number;
}

/** What is ranked. */
export interface RankingRequest {
  /** One for all passages, or one for each. */
  readonly queries: readonly string[];
  readonly passages: readonly string[];
  /** Tokens that a pair of query and passage may have. */
  readonly window: number;
  /** Longer pairs are cut, not refused. */
  readonly truncates: boolean;
  /** What an error calls a passage. */
  readonly paramOf: (index: number) => string;
}

interface AskedQuery {
  readonly query: string;
  readonly relevance: Relevance;
  readonly tokens: number;
}

/** Ranks passages, or says which is too long. Yields while there is more to do. */
export function* rank(request: RankingRequest, tokenizer: Tokenizer): Steps<Ranking | ApiError> {
  const { queries, passages, window, truncates, paramOf } = request;
  let asked: AskedQuery | undefined;
  const ranked: RankedPassage[] = [];
  let tokens = 0;
  for (const [index, passage] of passages.entries()) {
    const query = queries[queries.length === 1 ? 0 : index] ?? '';
    if (asked?.query !== query) {
      const relevance = yield* Relevance.to(query);
      asked = { query, relevance, tokens: yield* countTokens(query, tokenizer) };
    }
    const pair = asked.tokens + (yield* countTokens(passage, tokenizer));
    if (pair > window && !truncates) return tooLong(paramOf(index), window, pair, 0);
    tokens += Math.min(pair, window);
    ranked.push({ index, logit: yield* asked.relevance.logitOf(passage) });
    yield;
  }
  ranked.sort((a, b) => b.logit - a.logit || a.index - b.index);
  return { passages: ranked, tokens };
}

function* countTokens(text: string, tokenizer: Tokenizer): Steps<number> {
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    const end = partEnd(text, at, tokenizer.partLength);
    tokens += tokenizer.count(text.slice(at, end));
    at = end;
    yield;
  }
  return tokens;
}

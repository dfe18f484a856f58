import { ApiError } from '../../../shared/errors.ts';
import type { FirstTokenDelay } from '../../generate/first-token-delay.ts';
import type { Generator as AnswerGenerator } from '../../generate/generator.ts';
import type { Exchange } from '../../http/exchange.ts';
import { DEFAULT_MODEL } from '../../models/model-catalog.ts';
import { takeSteps, takeStepsInTurns } from '../../prompt/steps.ts';
import type { RandomIds } from '../../random-ids.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import { type BodyHost, bodyRoute } from '../body-route.ts';
import { type PartsSettings, sendParts, textParts } from '../json-parts.ts';
import type { Route } from '../route.ts';
import { type Ranking, type RankingRequest, rank } from './ranking.ts';
import { RANKING_BODY, RERANK_BODY, SCORE_BODY, textsOf } from './ranking-bodies.ts';

/** A body with more bytes, passages counted, is ranked in turns of the event loop. */
const AT_ONCE = 8192;
const PASSAGE_COST = 64;

/** What the routes need of the server. */
export interface RankingHost extends BodyHost {
  readonly generator: AnswerGenerator;
  readonly ids: RandomIds;
  readonly tokenizer: Tokenizer;
  readonly delay: FirstTokenDelay;
  readonly settings: PartsSettings;
  profileOf(model: string): number;
  nowS(): number;
}

const RANKING_ROUTE = bodyRoute(
  '/v1/ranking',
  RANKING_BODY,
  (host: RankingHost) => (exchange, body, bodyBytes) =>
    answer(host, exchange, {
      model: body.model,
      queries: [body.query.text],
      passages: body.passages.map(({ text }) => text),
      truncates: body.truncate === 'END',
      paramOf: (index) => `passages[${index}].text`,
      bodyBytes,
      partsOf: rankingParts,
    }),
);

/** The names under which clients ask for it: those of Jina and vLLM, and Cohere's. */
const RERANK_ROUTES = ['/v1/rerank', '/rerank', '/v2/rerank'].map((path) =>
  bodyRoute(path, RERANK_BODY, (host: RankingHost) => (exchange, body, bodyBytes) => {
    const passages = body.documents.map((one) => (typeof one === 'string' ? one : one.text));
    const head = `{"id":"${host.ids.next('rerank-')}","model":${JSON.stringify(body.model)}`;
    return answer(host, exchange, {
      model: body.model,
      queries: [body.query],
      passages,
      truncates: true,
      paramOf: (index) => `documents[${index}]`,
      bodyBytes,
      partsOf: (ranking) =>
        rerankParts(
          head,
          ranking,
          body.top_n ?? passages.length,
          body.return_documents ? passages : undefined,
        ),
    });
  }),
);

/** As vLLM answers, in its `vllm/entrypoints/pooling/scoring`. */
const SCORE_ROUTES = ['/score', '/v1/score'].map((path) =>
  bodyRoute(path, SCORE_BODY, (host: RankingHost) => (exchange, body, bodyBytes) => {
    const model = body.model ?? DEFAULT_MODEL;
    const head =
      `{"id":"${host.ids.next('score-')}","object":"list","created":${host.nowS()}` +
      `,"model":${JSON.stringify(model)}`;
    return answer(host, exchange, {
      model,
      queries: textsOf(body.text_1),
      passages: textsOf(body.text_2),
      truncates: false,
      paramOf: (index) => (typeof body.text_2 === 'string' ? 'text_2' : `text_2[${index}]`),
      bodyBytes,
      partsOf: (ranking) => scoreParts(head, ranking, body.use_activation ?? true),
    });
  }),
);

export const RANKING_ROUTES: readonly Route<RankingHost>[] = [
  RANKING_ROUTE,
  ...RERANK_ROUTES,
  ...SCORE_ROUTES,
];

/** What is asked for, and how it is said. */
interface AskedRanking extends Omit<RankingRequest, 'window'> {
  readonly model: string;
  readonly bodyBytes: number;
  readonly partsOf: (ranking: Ranking) => Iterator<string, void, undefined>;
}

/** Ranks, waits as long as a model would take for that, and answers. */
function answer(
  host: RankingHost,
  exchange: Exchange,
  asked: AskedRanking,
): Promise<void> | undefined {
  const model = host.generator.modelOf(asked.model, host.nowS());
  if (model instanceof ApiError) {
    exchange.sendError(model);
    return undefined;
  }
  const cost = asked.bodyBytes + PASSAGE_COST * asked.passages.length;
  const steps = rank({ ...asked, window: model.window }, host.tokenizer);
  const send = (ranking: Ranking | ApiError | undefined): void => {
    if (ranking === undefined) return;
    if (ranking instanceof ApiError) {
      exchange.sendError(ranking);
      return;
    }
    host.delay.wait(exchange, ranking.tokens, host.profileOf(model.id), () =>
      sendParts(exchange, asked.partsOf(ranking), cost, host.settings),
    );
  };
  if (cost > AT_ONCE) {
    return takeStepsInTurns(steps, host.slicedWork, () => exchange.isOpen).then(send);
  }
  send(takeSteps(steps));
  return undefined;
}

function* rankingParts({ passages, tokens }: Ranking): Generator<string, void, undefined> {
  yield '{"rankings":[';
  for (const [at, { index, logit }] of passages.entries()) {
    yield `${at === 0 ? '' : ','}{"index":${index},"logit":${logit}}`;
  }
  yield `],"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`;
}

/** With the texts of the documents if they are given. */
function* rerankParts(
  head: string,
  { passages, tokens }: Ranking,
  limit: number,
  documents: readonly string[] | undefined,
): Generator<string, void, undefined> {
  yield `${head},"results":[`;
  for (const [at, { index, logit }] of passages.slice(0, limit).entries()) {
    yield `${at === 0 ? '' : ','}{"index":${index},"relevance_score":${probability(logit)}`;
    if (documents !== undefined) {
      yield ',"document":{"text":';
      yield* textParts(documents[index] ?? '');
      yield '}';
    }
    yield '}';
  }
  yield `],"usage":{"total_tokens":${tokens}}}`;
}

/** In the order of the texts, as probabilities or else as logits. */
function* scoreParts(
  head: string,
  { passages, tokens }: Ranking,
  asProbabilities: boolean,
): Generator<string, void, undefined> {
  yield `${head},"data":[`;
  const inOrder = [...passages].sort((a, b) => a.index - b.index);
  for (const { index, logit } of inOrder) {
    const score = asProbabilities ? probability(logit) : logit;
    yield `${index === 0 ? '' : ','}{"index":${index},"object":"score","score":${score}}`;
  }
  const usage = `"prompt_tokens":${tokens},"completion_tokens":0,"total_tokens":${tokens}`;
  yield `],"usage":{${usage}}}`;
}

function probability(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

import { ApiError } from '../../../shared/errors.ts';
import { hashText } from '../../../shared/rng.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { Sampling } from '../../generate/sampling.ts';
import { TextPrompt, TokenPrompt } from '../../prompt/text-prompt.ts';
import type { Embedder } from '../../vectors/embedder.ts';
import { type GenerationHost, generationRoute } from '../generation-route.ts';
import { EMBEDDING_BODY, type EmbeddingBody, inputsOf } from './embedding-body.ts';
import { EmbeddingResponse } from './embedding-response.ts';

/** What the route needs of the server. */
export interface EmbeddingHost extends GenerationHost {
  readonly embedder: Embedder;
  /** Length of a vector where the request does not say. */
  readonly embeddingDimensions: number;
  nowS(): number;
}

export const EMBEDDING_ROUTE = generationRoute(
  '/v1/embeddings',
  EMBEDDING_BODY,
  (host: EmbeddingHost) => (body, head) => parseEmbedding(body, head, host),
);

/** A prompt is computed, and nothing follows. */
const NO_ANSWER: Sampling = {
  outputLimit: 0,
  minTokens: 0,
  ignoreEos: false,
  choices: 1,
  stop: [],
  seed: undefined,
  repeatable: false,
  reasoningEffort: undefined,
  enableThinking: false,
};

function parseEmbedding(
  body: EmbeddingBody,
  head: RoutingHead,
  host: EmbeddingHost,
): Generation | ApiError {
  const { generator } = host;
  const model = generator.modelOf(body.model, host.nowS());
  if (model instanceof ApiError) return model;
  const pinned = head.pinned === '' ? undefined : generator.workerOf(head.pinned);
  if (pinned instanceof ApiError) return pinned;
  const session = generator.readsSession ? head.session || body.user || '' : '';
  const inputs = inputsOf(body);
  return {
    model,
    prompts: inputs.map((input) =>
      typeof input === 'string' ? new TextPrompt(input) : new TokenPrompt(input),
    ),
    promptParam: 'input',
    sampling: NO_ANSWER,
    encoder: new EmbeddingResponse(
      {
        inputs,
        dimensions: body.dimensions ?? host.embeddingDimensions,
        format: body.encoding_format ?? 'float',
        modelJson: model.idJson,
      },
      host.embedder,
    ),
    priority: body.priority ?? 0,
    cacheSalt: '',
    sessionKey: session === '' ? undefined : hashText(session),
    pinned,
  };
}

import { ApiError } from '../../../shared/errors.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { Sampling } from '../../generate/sampling.ts';
import { TextPrompt, TokenPrompt } from '../../prompt/text-prompt.ts';
import type { Embedder } from '../../vectors/embedder.ts';
import { type GenerationHost, generationRoute } from '../generation-route.ts';
import { pinnedOf, sessionKeyOf } from './common-request.ts';
import { EMBEDDING_BODY, type EmbeddingBody } from './embedding-body.ts';
import { EmbeddingResponse } from './embedding-response.ts';
import { inputsOf } from './text-input.ts';

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
  const { nvext } = body;
  const pinned = pinnedOf(head, nvext?.backend_instance_id ?? undefined, generator);
  if (pinned instanceof ApiError) return pinned;
  const session = {
    promptCacheKey: body.prompt_cache_key ?? undefined,
    user: body.user ?? undefined,
  };
  const inputs = inputsOf(body.input);
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
    // In Dynamo's hints a higher priority is served first, here a lower one.
    priority: body.priority ?? 0 - (nvext?.agent_hints?.priority ?? 0),
    cacheSalt: body.cache_salt ?? '',
    sessionKey: sessionKeyOf(head, session, generator),
    pinned,
  };
}

import { ApiError } from '../../../shared/errors.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { Sampling } from '../../generate/sampling.ts';
import { TextPrompt, TokenPrompt } from '../../prompt/text-prompt.ts';
import { generationRoute } from '../generation-route.ts';
import { safeContent } from '../safe-content.ts';
import type { Question } from '../scripted-answer.ts';
import type { ChatHost } from './chat-route.ts';
import { pinnedOf, sessionKeyOf, stopsOf, usageModeOf } from './common-request.ts';
import {
  COMPLETION_BODY,
  type CompletionBody,
  promptsOf,
  TOKENS_DEFAULT,
} from './completion-body.ts';
import { CompletionChunks } from './completion-chunks.ts';
import { CompletionResponse } from './completion-response.ts';
import { type EchoTokenizer, PromptEcho } from './prompt-echo.ts';

/** What the route needs of the server. */
export interface CompletionHost extends ChatHost {
  readonly tokenizer: EchoTokenizer;
}

export const COMPLETION_ROUTE = generationRoute(
  '/v1/completions',
  COMPLETION_BODY,
  (host: CompletionHost) => (body, head) => parseCompletion(body, head, host),
  questionOfCompletion,
);

function parseCompletion(
  body: CompletionBody,
  head: RoutingHead,
  host: CompletionHost,
): Generation | ApiError {
  const createdS = host.nowS();
  const model = host.generator.modelOf(body.model, createdS);
  if (model instanceof ApiError) return model;
  const { nvext } = body;
  const pinned = pinnedOf(head, nvext?.backend_instance_id ?? undefined, host.generator);
  if (pinned instanceof ApiError) return pinned;
  const answerHead = {
    id: host.ids.next('cmpl-'),
    createdS,
    modelJson: model.idJson,
    fingerprint: host.fingerprint,
  };
  const prompts = promptsOf(body);
  const texts = prompts.filter((prompt) => typeof prompt === 'string');
  const content =
    host.safety.isOn && body.max_tokens !== 0
      ? safeContent(host.safety, texts, 'prompt', 'text')
      : undefined;
  if (content instanceof ApiError) return content;
  const extras = {
    topLogprobs: body.logprobs ?? undefined,
    echoes: body.echo ? prompts.map((prompt) => new PromptEcho(prompt, host.tokenizer)) : undefined,
    choicesPerPrompt: body.n ?? 1,
  };
  const session = {
    promptCacheKey: body.prompt_cache_key ?? undefined,
    user: body.user ?? undefined,
  };
  return {
    model,
    prompts: prompts.map((prompt) =>
      typeof prompt === 'string' ? new TextPrompt(prompt) : new TokenPrompt(prompt),
    ),
    promptParam: 'prompt',
    sampling: samplingOf(body),
    content,
    encoder: body.stream
      ? new CompletionChunks(answerHead, usageModeOf(body.stream_options), extras)
      : new CompletionResponse(answerHead, extras),
    // In Dynamo's hints a higher priority is served first, here a lower one.
    priority: body.priority ?? 0 - (nvext?.agent_hints?.priority ?? 0),
    cacheSalt: body.cache_salt ?? '',
    sessionKey: sessionKeyOf(head, session, host.generator),
    pinned,
  };
}

function samplingOf(body: CompletionBody): Sampling {
  const seed = body.seed ?? undefined;
  return {
    outputLimit: body.max_tokens ?? TOKENS_DEFAULT,
    minTokens: body.min_tokens ?? 0,
    ignoreEos: body.ignore_eos ?? false,
    choices: body.n ?? 1,
    candidates: body.best_of ?? undefined,
    stop: stopsOf(body.stop),
    seed,
    repeatable: seed !== undefined || body.temperature === 0,
    reasoningEffort: undefined,
    // A completion goes on with a text: it has no place for thoughts.
    enableThinking: false,
  };
}

/** Of several prompts the last one. */
function questionOfCompletion(body: CompletionBody): Question {
  const last = promptsOf(body).at(-1);
  const message = typeof last === 'string' ? last : '';
  return { message, tools: [], hasToolResult: false, callPrefix: '' };
}

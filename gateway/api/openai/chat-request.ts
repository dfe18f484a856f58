import type { Sampling } from '../../generate/sampling.ts';
import { isJsonObject } from '../json-body.ts';
import type { ChatBody } from './chat-body.ts';
import type { ChatMessage } from './chat-message.ts';
import { stopsOf, usageModeOf } from './common-request.ts';
import type { UsageMode } from './usage.ts';

/** The body of `POST /v1/chat/completions`, checked, with all that later steps need resolved. */
export interface ChatRequest extends Sampling {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Tool or function definitions as they were sent; they are part of the prompt. */
  readonly tools: readonly unknown[];
  readonly stream: boolean;
  readonly usageMode: UsageMode;
  /** Likely tokens to tell for each token of the content; undefined: no log probabilities. */
  readonly topLogprobs: number | undefined;
  /** Lower is served first. */
  readonly priority: number;
  readonly cacheSalt: string;
  readonly user: string | undefined;
  readonly promptCacheKey: string | undefined;
  /** Index of the worker that must serve the request. */
  readonly pinnedWorker: number | undefined;
}

/** What a body asks for. */
export function chatRequestOf(fields: ChatBody): ChatRequest {
  const seed = fields.seed ?? undefined;
  return {
    model: fields.model,
    messages: fields.messages,
    tools: toolsOf(fields),
    outputLimit: fields.max_completion_tokens ?? fields.max_tokens ?? undefined,
    minTokens: fields.min_tokens ?? 0,
    ignoreEos: fields.ignore_eos ?? false,
    stream: fields.stream ?? false,
    usageMode: usageModeOf(fields.stream_options),
    topLogprobs: fields.logprobs ? (fields.top_logprobs ?? 0) : undefined,
    choices: fields.n ?? 1,
    stop: stopsOf(fields.stop),
    seed,
    repeatable: seed !== undefined || fields.temperature === 0,
    reasoningEffort: fields.reasoning_effort ?? undefined,
    enableThinking: fields.chat_template_kwargs?.enable_thinking ?? undefined,
    // In Dynamo's hints a higher priority is served first, here a lower one.
    priority: fields.priority ?? 0 - (fields.nvext?.agent_hints?.priority ?? 0),
    cacheSalt: fields.cache_salt ?? '',
    user: fields.user ?? undefined,
    promptCacheKey: fields.prompt_cache_key ?? undefined,
    pinnedWorker: fields.nvext?.backend_instance_id ?? undefined,
  };
}

const NO_TOOLS: readonly unknown[] = [];

function toolsOf(body: ChatBody): readonly unknown[] {
  const tools = body.tools ?? body.functions;
  return Array.isArray(tools) ? tools.filter(isJsonObject) : NO_TOOLS;
}

import { ApiError } from '../../../shared/errors.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { RandomIds } from '../../random-ids.ts';
import { type GenerationHost, generationRoute } from '../generation-route.ts';
import { CHAT_BODY, type ChatBody } from './chat-body.ts';
import { ChatChunks } from './chat-chunks.ts';
import { chatContentOf } from './chat-content.ts';
import { chatRequestOf } from './chat-request.ts';
import { ChatResponse } from './chat-response.ts';
import { ChatPrompt } from './chat-template.ts';
import { pinnedOf, sessionKeyOf } from './common-request.ts';

/** What the route needs of the server. */
export interface ChatHost extends GenerationHost {
  readonly ids: RandomIds;
  /** Of version and settings. */
  readonly fingerprint: string;
  nowS(): number;
}

export const CHAT_ROUTE = generationRoute(
  '/v1/chat/completions',
  CHAT_BODY,
  (host: ChatHost) => (body, head) => parseChat(body, head, host),
);

function parseChat(body: ChatBody, head: RoutingHead, host: ChatHost): Generation | ApiError {
  const request = chatRequestOf(body);
  const createdS = host.nowS();
  const model = host.generator.modelOf(request.model, createdS);
  if (model instanceof ApiError) return model;
  const pinned = pinnedOf(head, request.pinnedWorker, host.generator);
  if (pinned instanceof ApiError) return pinned;
  const content = chatContentOf(body, () => host.ids.next('call_'));
  if (content instanceof ApiError) return content;
  const { stream, usageMode, topLogprobs, priority, cacheSalt } = request;
  const answerHead = {
    id: host.ids.next('chatcmpl-'),
    createdS,
    modelJson: model.idJson,
    fingerprint: host.fingerprint,
  };
  return {
    model,
    prompts: [new ChatPrompt(request.messages, request.tools)],
    promptParam: 'messages',
    sampling: request,
    content,
    encoder: stream
      ? new ChatChunks(answerHead, usageMode, topLogprobs, content !== undefined)
      : new ChatResponse(answerHead, topLogprobs),
    priority,
    cacheSalt,
    sessionKey: sessionKeyOf(head, request, host.generator),
    pinned,
  };
}

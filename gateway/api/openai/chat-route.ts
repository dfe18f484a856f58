import { ApiError, apiError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { RandomIds } from '../../random-ids.ts';
import type { PromptSafety } from '../../scores/prompt-safety.ts';
import { type GenerationHost, generationRoute } from '../generation-route.ts';
import { SAFETY_PROMPT, safeContent } from '../safe-content.ts';
import type { Question } from '../scripted-answer.ts';
import { CHAT_BODY, type ChatBody } from './chat-body.ts';
import { ChatChunks } from './chat-chunks.ts';
import { chatContentOf } from './chat-content.ts';
import { type ChatMessage, lastOfUser } from './chat-message.ts';
import { chatRequestOf } from './chat-request.ts';
import { ChatResponse } from './chat-response.ts';
import { ChatPrompt } from './chat-template.ts';
import { pinnedOf, sessionKeyOf } from './common-request.ts';

/** What the route needs of the server. */
export interface ChatHost extends GenerationHost {
  readonly ids: RandomIds;
  /** Of version and settings. */
  readonly fingerprint: string;
  readonly safety: PromptSafety;
  readonly settings: Pick<Settings, 'enableAudio' | 'prependSafetyMessage'>;
  nowS(): number;
}

export const CHAT_ROUTE = generationRoute(
  '/v1/chat/completions',
  CHAT_BODY,
  (host: ChatHost) => (body, head) => parseChat(body, head, host),
  questionOfChat,
);

function parseChat(body: ChatBody, head: RoutingHead, host: ChatHost): Generation | ApiError {
  const request = chatRequestOf(body);
  const createdS = host.nowS();
  const model = host.generator.modelOf(request.model, createdS);
  if (model instanceof ApiError) return model;
  const pinned = pinnedOf(head, request.pinnedWorker, host.generator);
  if (pinned instanceof ApiError) return pinned;
  const { stream, usageMode, topLogprobs, priority, cacheSalt } = request;
  const messages = checkedMessages(request.messages, host);
  if (messages instanceof ApiError) return messages;
  const refusal = host.safety.isOn
    ? safeContent(host.safety, [lastOfUser(messages)], 'messages', 'refusal')
    : undefined;
  const content = refusal ?? chatContentOf(body, () => host.ids.next('call_'));
  if (content instanceof ApiError) return content;
  const answerHead = {
    id: host.ids.next('chatcmpl-'),
    createdS,
    modelJson: model.idJson,
    fingerprint: host.fingerprint,
  };
  return {
    model,
    prompts: [new ChatPrompt(messages, request.tools)],
    promptParam: 'messages',
    sampling: request,
    content,
    encoder: stream
      ? new ChatChunks(
          answerHead,
          usageMode,
          topLogprobs,
          host.fixtures.isOn || content !== undefined,
        )
      : new ChatResponse(answerHead, topLogprobs),
    priority,
    cacheSalt,
    sessionKey: sessionKeyOf(head, request, host.generator),
    pinned,
  };
}

/** The messages that are answered, or what of them is not offered. */
function checkedMessages(
  messages: readonly ChatMessage[],
  { settings }: ChatHost,
): readonly ChatMessage[] | ApiError {
  if (!settings.enableAudio) {
    const problem = audioPart(messages);
    if (problem !== undefined) return problem;
  }
  if (!settings.prependSafetyMessage) return messages;
  const hasSystem = messages.some(({ role }) => role === 'system' || role === 'developer');
  return hasSystem ? messages : [SAFETY_MESSAGE, ...messages];
}

const SAFETY_MESSAGE: ChatMessage = { role: 'system', content: SAFETY_PROMPT };

function audioPart(messages: readonly ChatMessage[]): ApiError | undefined {
  for (const [at, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    const index = content.findIndex(({ type }) => type === 'input_audio');
    if (index < 0) continue;
    return apiError('unsupported_value', {
      param: `messages[${at}].content[${index}].type`,
      got: "'input_audio'",
      expected: 'no audio, which FAKEAI_ENABLE_AUDIO=false has switched off',
    });
  }
  return undefined;
}

function questionOfChat(body: ChatBody): Question {
  const { messages, tools, functions } = body;
  const last = messages.at(-1)?.role;
  return {
    message: lastOfUser(messages),
    tools: [...namesIn(tools), ...namesIn(functions)],
    hasToolResult: last === 'tool' || last === 'function',
    callPrefix: 'call_',
  };
}

/** The names of definitions of tools, or of functions. */
function namesIn(definitions: unknown): string[] {
  if (!Array.isArray(definitions)) return [];
  return definitions.flatMap((definition) => {
    const name = definition?.function?.name ?? definition?.name;
    return typeof name === 'string' ? [name] : [];
  });
}

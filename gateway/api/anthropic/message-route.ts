import { ApiError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { Sampling } from '../../generate/sampling.ts';
import type { RandomIds } from '../../random-ids.ts';
import type { PromptSafety } from '../../scores/prompt-safety.ts';
import { bodyRoute } from '../body-route.ts';
import { type GenerationHost, generationRoute } from '../generation-route.ts';
import { pinnedOf, sessionKeyOf } from '../openai/common-request.ts';
import type { Route } from '../route.ts';
import { SAFETY_PROMPT, safeContent } from '../safe-content.ts';
import type { Question } from '../scripted-answer.ts';
import { ERROR_SHAPE } from './error-shape.ts';
import { endsWithResult, lastOfUser } from './message-blocks.ts';
import { COUNT_BODY, type CountBody, MESSAGE_BODY, type MessageBody } from './message-body.ts';
import { messageContentOf } from './message-content.ts';
import { MessageEvents } from './message-events.ts';
import { MessagePrompt } from './message-prompt.ts';
import { MessageResponse } from './message-response.ts';

/** What the routes need of the server. */
export interface MessageHost extends GenerationHost {
  readonly ids: RandomIds;
  readonly safety: PromptSafety;
  readonly settings: Pick<Settings, 'prependSafetyMessage'>;
  nowS(): number;
}

/** More tokens of a prompt are not counted. */
const COUNTED_MAX = 2 ** 22;

const MESSAGE_ROUTE: Route<MessageHost> = {
  ...generationRoute(
    '/v1/messages',
    MESSAGE_BODY,
    (host: MessageHost) => (body, head) => parseMessage(body, head, host),
    questionOfMessage,
  ),
  ...ERROR_SHAPE,
};

const COUNT_ROUTE: Route<MessageHost> = {
  ...bodyRoute(
    '/v1/messages/count_tokens',
    COUNT_BODY,
    (host: MessageHost) => async (exchange, body) => {
      const { generator } = host;
      const model = generator.modelOf(body.model, host.nowS());
      if (model instanceof ApiError) {
        exchange.sendError(model);
        return;
      }
      const prompt = promptOf(body, host);
      const isWanted = (): boolean => exchange.isOpen;
      const tokens = await generator.countTokens(prompt, model, COUNTED_MAX, isWanted);
      exchange.sendJson(200, `{"input_tokens":${tokens}}`);
    },
  ),
  ...ERROR_SHAPE,
};

export const MESSAGE_ROUTES: readonly Route<MessageHost>[] = [MESSAGE_ROUTE, COUNT_ROUTE];

function parseMessage(
  body: MessageBody,
  head: RoutingHead,
  host: MessageHost,
): Generation | ApiError {
  const { generator, safety } = host;
  const model = generator.modelOf(body.model, host.nowS());
  if (model instanceof ApiError) return model;
  const { nvext } = body;
  const pinned = pinnedOf(head, nvext?.backend_instance_id ?? undefined, generator);
  if (pinned instanceof ApiError) return pinned;
  const refusal = safety.isOn
    ? safeContent(safety, [lastOfUser(body.messages)], 'messages', 'refusal')
    : undefined;
  const content = refusal ?? messageContentOf(body, () => host.ids.next('toolu_'));
  if (content instanceof ApiError) return content;
  const sampling = samplingOf(body);
  const answerHead = { id: host.ids.next('msg_'), model: model.id };
  const session = {
    promptCacheKey: body.prompt_cache_key ?? undefined,
    user: body.user ?? body.metadata?.user_id ?? undefined,
  };
  return {
    model,
    prompts: [promptOf(body, host)],
    promptParam: 'messages',
    sampling,
    content,
    encoder: body.stream
      ? new MessageEvents(answerHead, sampling.stop)
      : new MessageResponse(answerHead),
    // In Dynamo's hints a higher priority is served first, here a lower one.
    priority: body.priority ?? 0 - (nvext?.agent_hints?.priority ?? 0),
    cacheSalt: body.cache_salt ?? '',
    sessionKey: sessionKeyOf(head, session, generator),
    pinned,
  };
}

function promptOf({ messages, system, tools }: CountBody, { settings }: MessageHost) {
  const prepended = settings.prependSafetyMessage ? SAFETY_PROMPT : undefined;
  return new MessagePrompt({ messages, system: system ?? prepended, tools: tools ?? [] });
}

function samplingOf(body: MessageBody): Sampling {
  const seed = body.seed ?? undefined;
  const { thinking } = body;
  const budget = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  return {
    outputLimit: body.max_tokens,
    minTokens: body.min_tokens ?? 0,
    ignoreEos: body.ignore_eos ?? false,
    choices: 1,
    stop: body.stop_sequences ?? [],
    seed,
    repeatable: seed !== undefined || body.temperature === 0,
    reasoningEffort: body.output_config?.effort ?? undefined,
    reasoningLimit: budget,
    enableThinking: thinking ? thinking.type !== 'disabled' : undefined,
  };
}

function questionOfMessage({ messages, tools }: MessageBody): Question {
  return {
    message: lastOfUser(messages),
    tools: (tools ?? []).map(({ name }) => name),
    hasToolResult: endsWithResult(messages),
    callPrefix: 'toolu_',
  };
}

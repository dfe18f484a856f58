import { ApiError, apiError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import type { Generation } from '../../generate/generation.ts';
import type { RoutingHead } from '../../generate/routing-head.ts';
import type { Sampling } from '../../generate/sampling.ts';
import type { RandomIds } from '../../random-ids.ts';
import type { PromptSafety } from '../../scores/prompt-safety.ts';
import { type GenerationHost, generationRoute } from '../generation-route.ts';
import { pinnedOf, sessionKeyOf, stopsOf } from '../openai/common-request.ts';
import type { Route } from '../route.ts';
import { SAFETY_PROMPT, safeContent } from '../safe-content.ts';
import type { Question as ScriptQuestion } from '../scripted-answer.ts';
import { RESPONSE_BODY, type ResponseBody } from './response-body.ts';
import { responseContentOf } from './response-content.ts';
import { ResponseEvents } from './response-events.ts';
import { type Item, itemsOf, lastOfUser } from './response-items.ts';
import { type KeepAnswer, ResponseObject } from './response-object.ts';
import { echoOf, type ResponseHead } from './response-parts.ts';
import { type Question, ResponsePrompt, type Turn } from './response-prompt.ts';
import { STORED_RESPONSE_ROUTES, type StoredResponseHost } from './stored-response-routes.ts';

/** What the routes need of the server. */
export interface ResponseHost extends GenerationHost, StoredResponseHost {
  readonly ids: RandomIds;
  readonly safety: PromptSafety;
  readonly settings: StoredResponseHost['settings'] &
    Pick<Settings, 'prependSafetyMessage' | 'enableAudio'>;
  nowS(): number;
}

/** Bytes of a token of an answer that was given, and is kept as it is. */
const GIVEN_TOKEN_BYTES = 16;
/** Characters of a token, about. */
const TOKEN_LENGTH = 6;

const RESPONSE_ROUTE: Route<ResponseHost> = generationRoute(
  '/v1/responses',
  RESPONSE_BODY,
  (host: ResponseHost) => (body, head, bodyBytes) => parseResponse(body, head, bodyBytes, host),
  questionOfResponse,
);

export const RESPONSE_ROUTES: readonly Route<ResponseHost>[] = [
  RESPONSE_ROUTE,
  ...STORED_RESPONSE_ROUTES,
];

function parseResponse(
  body: ResponseBody,
  head: RoutingHead,
  bodyBytes: number,
  host: ResponseHost,
): Generation | ApiError {
  const { generator, safety } = host;
  const createdS = host.nowS();
  const model = generator.modelOf(body.model, createdS);
  if (model instanceof ApiError) return model;
  const pinned = pinnedOf(head, body.nvext?.backend_instance_id ?? undefined, generator);
  if (pinned instanceof ApiError) return pinned;
  const question = questionOf(body, host);
  if (question instanceof ApiError) return question;
  const refusal = safety.isOn
    ? safeContent(safety, [lastOfUser(question.items)], 'input', 'refusal')
    : undefined;
  const content = refusal ?? responseContentOf(body, question.items, () => host.ids.next('call_'));
  if (content instanceof ApiError) return content;
  const id = host.ids.next('resp_');
  const answerHead = { id, createdS, model: model.id, echo: echoOf(body, model.id) };
  const keep = body.store === false ? () => {} : keeper(answerHead, question, bodyBytes, host);
  const session = {
    promptCacheKey: body.prompt_cache_key ?? undefined,
    user: body.user ?? undefined,
  };
  return {
    model,
    prompts: [new ResponsePrompt(question)],
    rememberedLength: question.previous?.size ?? 0,
    promptParam: 'input',
    sampling: samplingOf(body),
    content,
    encoder: body.stream
      ? new ResponseEvents(answerHead, keep)
      : new ResponseObject(answerHead, keep),
    // In Dynamo's hints a higher priority is served first, here a lower one.
    priority: body.priority ?? 0 - (body.nvext?.agent_hints?.priority ?? 0),
    cacheSalt: body.cache_salt ?? '',
    sessionKey: sessionKeyOf(head, session, generator),
    pinned,
  };
}

/** What is asked, or what of it is not there or not offered. */
function questionOf(body: ResponseBody, host: ResponseHost): Question | ApiError {
  const { previous_response_id: id, tools } = body;
  const items = itemsOf(body.input);
  if (!host.settings.enableAudio) {
    const problem = audioPart(items);
    if (problem !== undefined) return problem;
  }
  let previous: Turn | undefined;
  if (id !== undefined && id !== null) {
    previous = host.responses.get(id)?.turn;
    if (previous === undefined) {
      const param = 'previous_response_id';
      return apiError('previous_response_not_found', { id }, { param });
    }
  }
  const saysSystem = items.some(({ role }) => role === 'system' || role === 'developer');
  const prepended = host.settings.prependSafetyMessage && !saysSystem ? SAFETY_PROMPT : undefined;
  return { instructions: body.instructions ?? prepended, tools: tools ?? [], previous, items };
}

function audioPart(items: readonly Item[]): ApiError | undefined {
  for (const [at, { content }] of items.entries()) {
    if (!Array.isArray(content)) continue;
    const index = content.findIndex(({ type }) => type === 'input_audio');
    if (index < 0) continue;
    return apiError('unsupported_value', {
      param: `input[${at}].content[${index}].type`,
      got: "'input_audio'",
      expected: 'no audio, which FAKEAI_ENABLE_AUDIO=false has switched off',
    });
  }
  return undefined;
}

/** Stores the answer to a question once it is there. */
function keeper(
  head: ResponseHead,
  { previous, items }: Question,
  bodyBytes: number,
  { responses }: ResponseHost,
): KeepAnswer {
  return (answer, usage) => {
    let size = bodyBytes + (previous?.size ?? 0);
    for (const [index, { isPlain }] of answer.segments.entries()) {
      const bytes = isPlain === false ? GIVEN_TOKEN_BYTES : TOKEN_LENGTH;
      size += bytes * answer.tokensOf(index);
    }
    const turn = { id: head.id, previous, items, answer, size };
    responses.put({ head, turn, usage: { ...usage } });
  };
}

function samplingOf(body: ResponseBody): Sampling {
  const seed = body.seed ?? undefined;
  return {
    outputLimit: body.max_output_tokens ?? undefined,
    minTokens: body.min_tokens ?? 0,
    ignoreEos: body.ignore_eos ?? false,
    choices: 1,
    stop: stopsOf(body.stop),
    seed,
    repeatable: seed !== undefined || body.temperature === 0,
    reasoningEffort: body.reasoning?.effort ?? undefined,
    enableThinking: undefined,
  };
}

function questionOfResponse({ input, tools }: ResponseBody): ScriptQuestion {
  const items = itemsOf(input);
  return {
    message: lastOfUser(items),
    tools: (tools ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
    hasToolResult: items.at(-1)?.type === 'function_call_output',
    callPrefix: 'call_',
  };
}

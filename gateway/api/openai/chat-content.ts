import { ApiError, apiError } from '../../../shared/errors.ts';
import type { AnswerContent } from '../../generate/answer-content.ts';
import { isJsonObject } from '../json-body.ts';
import { valueWords } from '../schema/words.ts';
import { DocumentAnswer } from '../tools/document-answer.ts';
import { ToolCalls } from '../tools/tool-calls.ts';
import { toolsToCall } from '../tools/tool-choice.ts';
import type { ChatBody } from './chat-body.ts';
import { lastOfUser } from './chat-message.ts';
import { functionChoiceOf, toolChoiceOf } from './chat-tools.ts';

const SCHEMA_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * What the answer to a chat is made of: calls of its tools, else a document if it asks for one,
 * else text of the corpus (undefined). `newId` gives the ids of calls.
 */
export function chatContentOf(
  body: ChatBody,
  newId: () => string,
): AnswerContent | ApiError | undefined {
  const format = formatOf(body);
  if (format instanceof ApiError) return format;
  return callsOf(body, newId) ?? format;
}

function callsOf(body: ChatBody, newId: () => string): ToolCalls | ApiError | undefined {
  const isLegacy = (body.tools ?? undefined) === undefined && (body.functions?.length ?? 0) > 0;
  const hasTools = (body.tools?.length ?? 0) > 0 || isLegacy;
  const hasChoice = (body.tool_choice ?? body.function_call ?? undefined) !== undefined;
  if (!hasTools && !hasChoice) return undefined;
  const usesFunctions = isLegacy || (!hasTools && (body.tool_choice ?? undefined) === undefined);
  const choice = usesFunctions ? functionChoiceOf(body) : toolChoiceOf(body);
  if (choice instanceof ApiError) return choice;
  const userText = lastOfUser(body.messages);
  const role = body.messages.at(-1)?.role;
  const followsResult = role === 'tool' || role === 'function';
  const tools = toolsToCall(choice, { userText, followsResult });
  if (tools.length === 0) return undefined;
  const end = isLegacy ? 'function_call' : 'tool_calls';
  const calls = ToolCalls.of(tools, isLegacy ? noId : newId, end, userText, body.n ?? 1);
  if (calls instanceof ToolCalls) return calls;
  const { name } = calls.tool;
  const param = isLegacy
    ? `functions[${body.functions?.findIndex((one) => one.name === name)}].parameters`
    : `tools[${body.tools?.findIndex((one) => one.function.name === name)}].function.parameters`;
  return apiError('invalid_function_parameters', { param, reason: calls.reason });
}

function noId(): string {
  return '';
}

function formatOf(body: ChatBody): DocumentAnswer | ApiError | undefined {
  const format = body.response_format ?? undefined;
  if (format === undefined) return undefined;
  const choices = body.n ?? 1;
  const { type } = format;
  if (type === 'text') return undefined;
  if (type === 'json_object') return answerOf(DocumentAnswer.ofAnyObject(choices));
  const { json_schema: wanted } = format;
  const param = 'response_format.json_schema';
  if (!isJsonObject(wanted)) {
    const expected = 'an object with a name and a schema';
    return apiError('missing_required_parameter', { param, expected });
  }
  const { name, schema, strict } = wanted;
  if (typeof name !== 'string' || !SCHEMA_NAME.test(name)) {
    const expected = "a name of 1 to 64 letters, digits, '_' and '-'";
    const where = `${param}.name`;
    if ((name ?? undefined) === undefined) {
      return apiError('missing_required_parameter', { param: where, expected });
    }
    return apiError('invalid_value', { param: where, got: valueWords(name), expected });
  }
  if (typeof (strict ?? false) !== 'boolean') {
    const details = { param: `${param}.strict`, expected: 'a boolean', got: valueWords(strict) };
    return apiError('invalid_type', details);
  }
  if ((schema ?? undefined) === undefined) return answerOf(DocumentAnswer.ofAnyObject(choices));
  return answerOf(DocumentAnswer.of(schema, strict === true, choices));
}

function answerOf(answer: DocumentAnswer | string): DocumentAnswer | ApiError {
  if (typeof answer !== 'string') return answer;
  return apiError('invalid_json_schema', { param: 'response_format', reason: answer });
}

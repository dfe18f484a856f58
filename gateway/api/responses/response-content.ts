import { ApiError, apiError } from '../../../shared/errors.ts';
import type { AnswerContent } from '../../generate/answer-content.ts';
import { choiceAmong, type NamePlace, toolOf } from '../openai/chat-tools.ts';
import { DocumentAnswer } from '../tools/document-answer.ts';
import { ToolCalls } from '../tools/tool-calls.ts';
import { toolsToCall } from '../tools/tool-choice.ts';
import type { ResponseBody } from './response-body.ts';
import { type Item, lastOfUser } from './response-items.ts';

const NAME_PLACE: NamePlace = { path: '.name', of: ({ name }) => name };

/**
 * What a response is made of: calls of its tools, else a document if it asks for one, else text of
 * the corpus (undefined). `newId` gives the ids of calls.
 */
export function responseContentOf(
  body: ResponseBody,
  items: readonly Item[],
  newId: () => string,
): AnswerContent | ApiError | undefined {
  const format = formatOf(body);
  if (format instanceof ApiError) return format;
  return callsOf(body, items, newId) ?? format;
}

function callsOf(
  body: ResponseBody,
  items: readonly Item[],
  newId: () => string,
): ToolCalls | ApiError | undefined {
  const { tools: given, tool_choice: said, parallel_tool_calls: isParallel } = body;
  const tools = (given ?? []).flatMap((tool) => {
    const { type, name } = tool;
    return type === 'function' && typeof name === 'string' ? [toolOf({ ...tool, name })] : [];
  });
  if (tools.length === 0 && isOfOthers(said)) return undefined;
  const choice = choiceAmong(tools, said, isParallel ?? true, NAME_PLACE);
  if (choice instanceof ApiError) return choice;
  const userText = lastOfUser(items);
  const followsResult = items.at(-1)?.type === 'function_call_output';
  const called = toolsToCall(choice, { userText, followsResult });
  if (called.length === 0) return undefined;
  const calls = ToolCalls.of(called, newId, 'tool_calls', userText, 1);
  if (calls instanceof ToolCalls) return calls;
  const at = (given ?? []).findIndex(({ name }) => name === calls.tool.name);
  const param = `tools[${at}].parameters`;
  return apiError('invalid_function_parameters', { param, reason: calls.reason });
}

/** A choice of a tool that is never called, such as `{"type":"web_search"}`. */
function isOfOthers(said: unknown): boolean {
  if (said === undefined || said === null) return true;
  if (typeof said !== 'object' || !('type' in said)) return false;
  return said.type !== 'function' && said.type !== 'allowed_tools';
}

function formatOf({ text }: ResponseBody): DocumentAnswer | ApiError | undefined {
  const format = text?.format ?? undefined;
  if (format === undefined || format.type === 'text') return undefined;
  const { type, schema, strict, name } = format;
  if (type === 'json_object') return answerOf(DocumentAnswer.ofAnyObject(1));
  const param = 'text.format.name';
  const expected = 'the name of the schema';
  if (typeof name !== 'string') return apiError('missing_required_parameter', { param, expected });
  if ((schema ?? undefined) === undefined) return answerOf(DocumentAnswer.ofAnyObject(1));
  return answerOf(DocumentAnswer.of(schema, strict === true, 1));
}

function answerOf(answer: DocumentAnswer | string): DocumentAnswer | ApiError {
  if (typeof answer !== 'string') return answer;
  return apiError('invalid_json_schema', { param: 'text.format.schema', reason: answer });
}

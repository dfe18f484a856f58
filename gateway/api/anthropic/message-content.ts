import { ApiError, apiError } from '../../../shared/errors.ts';
import type { AnswerContent } from '../../generate/answer-content.ts';
import { DocumentAnswer } from '../tools/document-answer.ts';
import { ToolCalls } from '../tools/tool-calls.ts';
import { toolsToCall } from '../tools/tool-choice.ts';
import { endsWithResult, lastOfUser } from './message-blocks.ts';
import type { MessageBody } from './message-body.ts';
import { toolChoiceOf } from './message-tools.ts';

/**
 * What the answer is made of: calls of tools, else a document if it is asked for one, else text of
 * the corpus (undefined). `newId` gives the ids of calls.
 */
export function messageContentOf(
  body: MessageBody,
  newId: () => string,
): AnswerContent | ApiError | undefined {
  const format = formatOf(body);
  if (format instanceof ApiError) return format;
  return callsOf(body, newId) ?? format;
}

function callsOf(body: MessageBody, newId: () => string): ToolCalls | ApiError | undefined {
  const choice = toolChoiceOf(body);
  if (choice instanceof ApiError) return choice;
  if (choice.tools.length === 0) return undefined;
  const { messages } = body;
  const userText = lastOfUser(messages);
  const tools = toolsToCall(choice, { userText, followsResult: endsWithResult(messages) });
  if (tools.length === 0) return undefined;
  const calls = ToolCalls.of(tools, newId, 'tool_calls', userText, 1);
  if (calls instanceof ToolCalls) return calls;
  const at = body.tools?.findIndex(({ name }) => name === calls.tool.name);
  const where = { param: `tools[${at}].input_schema`, reason: calls.reason };
  return apiError('invalid_function_parameters', where);
}

function formatOf({ output_config }: MessageBody): DocumentAnswer | ApiError | undefined {
  const schema = output_config?.format?.schema;
  if (schema === undefined) return undefined;
  const answer = DocumentAnswer.of(schema, false, 1);
  if (typeof answer !== 'string') return answer;
  return apiError('invalid_json_schema', { param: 'output_config.format.schema', reason: answer });
}

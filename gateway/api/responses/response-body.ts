import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { REASONING_EFFORTS } from '../../generate/reasoning.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { FUNCTION_WORDS, TOOL_FIELDS } from '../openai/chat-tools.ts';
import {
  ANSWER_FIELDS,
  MODEL_FIELD,
  PLACEMENT_FIELDS,
  SAMPLING_FIELDS,
  TOKENS,
  UNUSED,
  withinLimit,
} from '../openai/common-fields.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';
import { definitionsProblem, TOOLS_MAX } from '../tools/tool-definitions.ts';
import { INPUT, whollyGiven } from './response-items.ts';

const { min_tokens, ignore_eos, stream, stop, seed } = ANSWER_FIELDS;
const { temperature, top_p, metadata } = SAMPLING_FIELDS;

const TOOL = Type.Object({
  type: Type.String({ 'x-expected': "a type, such as 'function'" }),
  name: optional(Type.String()),
  description: optional(Type.String()),
  parameters: Type.Optional(
    Type.Unknown({ description: 'JSON Schema of an object: the arguments.' }),
  ),
  strict: optional(Type.Boolean()),
});

const FORMAT = Type.Object({
  type: oneOf(['text', 'json_object', 'json_schema']),
  name: optional(Type.String({ pattern: '^[a-zA-Z0-9_-]{1,64}$' })),
  schema: Type.Optional(Type.Unknown({ description: 'JSON Schema of the document.' })),
  strict: optional(Type.Boolean()),
});

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  input: INPUT,
  instructions: optional(Type.String(), {
    description: 'What the system says before the conversation; not handed on to the next turn.',
  }),
  max_output_tokens: optional(TOKENS, {
    description: 'Limit of the answer, in tokens, reasoning included.',
  }),
  previous_response_id: optional(Type.String(), {
    description: 'The stored response whose input and output come before the input.',
  }),
  store: optional(Type.Boolean(), {
    default: true,
    description: 'The response can be read, and gone on from, as long as it is stored.',
  }),
  background: optional(Type.Boolean(), { description: 'Only false is offered.' }),
  conversation: optional(Type.Unknown(), { description: 'Not offered.' }),
  min_tokens,
  ignore_eos,
  stream,
  stop,
  seed,
  reasoning: optional(
    Type.Object({
      effort: optional(oneOf(REASONING_EFFORTS)),
      summary: optional(oneOf(['auto', 'concise', 'detailed']), { description: UNUSED }),
    }),
  ),
  text: optional(
    Type.Object({
      format: optional(FORMAT, {
        description: 'Text, a JSON object, or a document that a JSON Schema describes.',
      }),
      verbosity: optional(oneOf(['low', 'medium', 'high']), { description: UNUSED }),
    }),
  ),
  tools: optional(
    Type.Array(TOOL, {
      maxItems: TOOLS_MAX,
      'x-type': `an array of at most ${TOOLS_MAX} tools`,
    }),
    {
      description: 'Functions that answers may call, and tools of OpenAI, which are never called.',
    },
  ),
  tool_choice: TOOL_FIELDS.tool_choice,
  parallel_tool_calls: TOOL_FIELDS.parallel_tool_calls,
  truncation: optional(oneOf(['disabled', 'auto']), {
    default: 'disabled',
    description: 'Said again in the response: no item is ever dropped.',
  }),
  ...PLACEMENT_FIELDS,
  temperature,
  top_p,
  metadata,
});

/** The body of `POST /v1/responses`. */
export const RESPONSE_BODY = new BodySchema(FIELDS, {
  input: whollyGiven,
  background: notInBackground,
  conversation: noConversation,
  min_tokens: withinLimit((body) => body.max_output_tokens),
  tools: functionsProblem,
});
export type ResponseBody = Static<typeof FIELDS>;

function notInBackground({ background }: JsonObject): ApiError | undefined {
  if (background !== true) return undefined;
  const expected = 'false, and read the stream of the response';
  return apiError('unsupported_value', { param: 'background', got: 'true', expected });
}

function noConversation({ conversation }: JsonObject): ApiError | undefined {
  if (conversation === undefined || conversation === null) return undefined;
  const expected = 'previous_response_id instead';
  return apiError('unsupported_value', { param: 'conversation', got: 'a conversation', expected });
}

/** Other tools are none of ours, and say what they like. */
function functionsProblem({ tools }: JsonObject): ApiError | undefined {
  if (!Array.isArray(tools)) return undefined;
  const places: number[] = [];
  const functions = tools.filter((tool, at) => {
    const isFunction = isJsonObject(tool) && tool.type === 'function';
    if (isFunction) places.push(at);
    return isFunction;
  });
  const nameless = functions.findIndex(({ name }) => typeof name !== 'string' || name === '');
  if (nameless >= 0) {
    const param = `tools[${places[nameless]}].name`;
    return apiError('missing_required_parameter', { param, expected: 'the name of the function' });
  }
  return definitionsProblem(functions, {
    ...FUNCTION_WORDS,
    paramOf: (at) => `tools[${places[at]}]`,
  });
}

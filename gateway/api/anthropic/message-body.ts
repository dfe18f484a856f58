import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import {
  ANSWER_FIELDS,
  MODEL_FIELD,
  PLACEMENT_FIELDS,
  STOP,
  STOPS_MAX,
  TOKENS,
  TOKENS_MAX,
  UNUSED,
  withinLimit,
} from '../openai/common-fields.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional, tagged } from '../schema/field-types.ts';
import { MESSAGES, SYSTEM } from './message-blocks.ts';
import { TOOL_CHOICE, TOOLS, toolsProblem } from './message-tools.ts';

/** Fewer tokens are not worth thinking. */
const BUDGET_TOKENS_MIN = 1024;

const PROMPT_FIELDS = {
  ...MODEL_FIELD,
  messages: MESSAGES,
  system: optional(SYSTEM, { description: 'What the system says before the conversation.' }),
  tools: optional(TOOLS, {
    description: 'What an answer may call; the definitions are part of the prompt.',
  }),
  tool_choice: optional(TOOL_CHOICE, {
    description: 'Whether a tool is called, and which; auto if it is not said.',
  }),
  thinking: optional(
    tagged('type', [
      Type.Object({
        type: Type.Literal('enabled'),
        budget_tokens: Type.Integer({
          minimum: BUDGET_TOKENS_MIN,
          maximum: TOKENS_MAX,
          description: 'The most tokens that are thought.',
        }),
      }),
      Type.Object({ type: oneOf(['adaptive', 'disabled']) }),
    ]),
    { description: 'Turns thinking on or off whatever the model.' },
  ),
};

const ANSWER_ONLY_FIELDS = {
  stop_sequences: optional(
    Type.Array(STOP, {
      maxItems: STOPS_MAX,
      'x-type': `an array of at most ${STOPS_MAX} strings, none of them empty`,
    }),
    { description: 'Texts before the first of which the answer ends.' },
  ),
  stream: ANSWER_FIELDS.stream,
  temperature: optional(Type.Number({ minimum: 0, maximum: 1 }), {
    description: 'At 0 equal requests get equal answers.',
  }),
  top_p: optional(Type.Number({ minimum: 0, maximum: 1 }), { description: UNUSED }),
  top_k: optional(Type.Integer({ minimum: 0 }), { description: UNUSED }),
  output_config: optional(
    Type.Object({
      effort: optional(oneOf(['low', 'medium', 'high', 'xhigh', 'max']), {
        description: 'How much of an answer is thought, where it is thought about at all.',
      }),
      format: optional(
        Type.Object({
          type: oneOf(['json_schema']),
          schema: Type.Object({}, { 'x-expected': 'a JSON Schema' }),
        }),
        { description: 'The answer is a document that keeps to the schema.' },
      ),
    }),
  ),
  metadata: optional(
    Type.Object({
      user_id: optional(Type.String({ maxLength: 512 }), {
        description: 'The session, where prompt_cache_key and user are absent.',
      }),
    }),
  ),
  min_tokens: ANSWER_FIELDS.min_tokens,
  ignore_eos: ANSWER_FIELDS.ignore_eos,
  seed: ANSWER_FIELDS.seed,
  ...PLACEMENT_FIELDS,
};

const { model, messages, ...OTHER_PROMPT_FIELDS } = PROMPT_FIELDS;

const FIELDS = Type.Object({
  model,
  messages,
  max_tokens: Type.Unsafe<number>({
    ...TOKENS,
    description: 'Limit of the answer, in tokens, thoughts included.',
    'x-expected': 'the most tokens that the answer may have',
  }),
  ...OTHER_PROMPT_FIELDS,
  ...ANSWER_ONLY_FIELDS,
});

/** The body of `POST /v1/messages`. */
export const MESSAGE_BODY = new BodySchema(FIELDS, {
  tools: toolsProblem,
  thinking: withinBudget,
  min_tokens: withinLimit((body) => body.max_tokens),
});
export type MessageBody = Static<typeof FIELDS>;

const COUNTED_FIELDS = Type.Object(PROMPT_FIELDS);

/** The body of `POST /v1/messages/count_tokens`. */
export const COUNT_BODY = new BodySchema(COUNTED_FIELDS, { tools: toolsProblem });
export type CountBody = Static<typeof COUNTED_FIELDS>;

/** Something must be left of the answer behind its thoughts. */
function withinBudget({ thinking, max_tokens: limit }: JsonObject): ApiError | undefined {
  if (!isJsonObject(thinking) || thinking.type !== 'enabled') return undefined;
  const got = thinking.budget_tokens;
  if (typeof got !== 'number' || !Number.isInteger(got) || got < BUDGET_TOKENS_MIN)
    return undefined;
  if (typeof limit !== 'number' || got < limit) return undefined;
  return apiError('integer_above_max_value', {
    param: 'thinking.budget_tokens',
    max: limit - 1,
    got,
  });
}

import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { REASONING_EFFORTS } from '../../generate/reasoning.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';
import { MESSAGES } from './chat-message.ts';
import {
  ANSWER_FIELDS,
  MODEL_FIELD,
  onlyStreamed,
  PLACEMENT_FIELDS,
  SAMPLING_FIELDS,
  TOKENS,
  withinLimit,
} from './common-fields.ts';

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  messages: MESSAGES,
  max_completion_tokens: optional(TOKENS, { description: 'Limit of the answer, in tokens.' }),
  max_tokens: optional(TOKENS, { description: 'The same, where max_completion_tokens is absent.' }),
  ...ANSWER_FIELDS,
  reasoning_effort: optional(oneOf(REASONING_EFFORTS)),
  chat_template_kwargs: optional(
    Type.Object({
      enable_thinking: optional(Type.Boolean(), {
        description: 'Turns reasoning on or off whatever the model.',
      }),
    }),
  ),
  ...PLACEMENT_FIELDS,
  ...SAMPLING_FIELDS,
  tools: Type.Optional(
    Type.Unknown({ description: 'Definitions of tools; they are part of the prompt.' }),
  ),
  functions: Type.Optional(Type.Unknown({ description: 'The same, where tools is absent.' })),
});

/** The body of `POST /v1/chat/completions`. */
export const CHAT_BODY = new BodySchema(FIELDS, {
  min_tokens: withinLimit((body) => body.max_completion_tokens ?? body.max_tokens),
  stream_options: onlyStreamed,
});
export type ChatBody = Static<typeof FIELDS>;

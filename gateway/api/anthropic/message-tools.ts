import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import type { JsonObject } from '../json-body.ts';
import { optional, tagged } from '../schema/field-types.ts';
import { valueWords } from '../schema/words.ts';
import type { Tool, ToolChoice } from '../tools/tool-choice.ts';
import { definitionsProblem, nameWords, TOOLS_MAX } from '../tools/tool-definitions.ts';

/** The tools that an answer may call, and which of them it is to call. */

const NAME_LENGTH_MAX = 128;
const NAME_WORDS = nameWords(NAME_LENGTH_MAX);

const TOOL = Type.Object({
  type: optional(Type.String(), {
    description: "'custom', or a tool of Anthropic's own, which is never called.",
  }),
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, 'x-expected': NAME_WORDS }),
  description: optional(Type.String()),
  input_schema: Type.Optional(
    Type.Unknown({ description: 'JSON Schema of an object: the input.' }),
  ),
  strict: optional(Type.Boolean(), { default: false }),
});

const PARALLEL = {
  disable_parallel_tool_use: optional(Type.Boolean(), {
    default: false,
    description: 'An answer has one call at most.',
  }),
};

export const TOOLS = Type.Array(TOOL, {
  maxItems: TOOLS_MAX,
  'x-type': `an array of at most ${TOOLS_MAX} tools`,
});

export const TOOL_CHOICE = tagged('type', [
  Type.Object({ type: oneOf(['auto', 'any', 'none']), ...PARALLEL }),
  Type.Object({
    type: Type.Literal('tool'),
    name: Type.String({ 'x-expected': 'the name of one of the tools' }),
    ...PARALLEL,
  }),
]);

interface ToolFields {
  readonly tools?: Static<typeof TOOLS> | null;
  readonly tool_choice?: Static<typeof TOOL_CHOICE> | null;
}

/** What is wrong with the names and schemas of `tools`, if anything. */
export function toolsProblem({ tools }: JsonObject): ApiError | undefined {
  if (!Array.isArray(tools)) return undefined;
  return definitionsProblem(tools, {
    paramOf: (at) => `tools[${at}]`,
    schema: 'input_schema',
    nameLengthMax: NAME_LENGTH_MAX,
  });
}

/** Which tools an answer may call, and how; the fields have been checked one by one. */
export function toolChoiceOf(body: ToolFields): ToolChoice | ApiError {
  const tools = (body.tools ?? []).filter(isOwn).map(toolOf);
  const choice = body.tool_choice ?? { type: 'auto' };
  const isParallel = choice.disable_parallel_tool_use !== true;
  if (!('name' in choice)) {
    const mode = choice.type === 'any' ? 'required' : choice.type;
    if (mode !== 'required' || tools.length > 0) return { mode, tools, isParallel };
    const expected = "tools, of which an answer with tool_choice 'any' calls one";
    return apiError('missing_required_parameter', { param: 'tools', expected });
  }
  const named = tools.filter(({ name }) => name === choice.name);
  if (named.length > 0) return { mode: 'required', tools: named, isParallel: false };
  const got = valueWords(choice.name);
  const expected = 'the name of one of the tools';
  return apiError('invalid_value', { param: 'tool_choice.name', got, expected });
}

/** It is the client's: one of Anthropic's is done on a server. */
function isOwn({ type }: Static<typeof TOOL>): boolean {
  return (type ?? 'custom') === 'custom';
}

function toolOf({ name, description, input_schema, strict }: Static<typeof TOOL>): Tool {
  return {
    name,
    description: description ?? '',
    parameters: input_schema ?? undefined,
    isStrict: strict === true,
  };
}

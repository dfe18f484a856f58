import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { optional } from '../schema/field-types.ts';
import { valueWords } from '../schema/words.ts';
import type { Tool, ToolChoice } from '../tools/tool-choice.ts';
import { definitionsProblem, nameWords, TOOLS_MAX } from '../tools/tool-definitions.ts';

/** The tools that a chat may call, and which of them it is to call. */

const NAME_LENGTH_MAX = 64;
const NAME_WORDS = nameWords(NAME_LENGTH_MAX);
/** How functions are defined. */
export const FUNCTION_WORDS = { schema: 'parameters', nameLengthMax: NAME_LENGTH_MAX } as const;

const FUNCTION = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, 'x-expected': NAME_WORDS }),
    description: optional(Type.String()),
    parameters: Type.Optional(
      Type.Unknown({ description: 'JSON Schema of an object: the arguments.' }),
    ),
    strict: optional(Type.Boolean(), { default: false }),
  },
  { 'x-expected': 'an object with a name and parameters' },
);

const TOOL = Type.Object({
  type: oneOf(['function'], { 'x-expected': "'function'" }),
  function: FUNCTION,
});

export const TOOL_FIELDS = {
  tools: optional(Type.Array(TOOL, { maxItems: TOOLS_MAX }), {
    description: 'Functions that answers may call; they are part of the prompt.',
  }),
  tool_choice: Type.Optional(
    Type.Unknown({
      description:
        "'none', 'auto' or 'required'; one function by name; or allowed_tools, with a mode and tools.",
    }),
  ),
  parallel_tool_calls: optional(Type.Boolean(), {
    default: true,
    description: 'An answer may have several calls.',
  }),
  functions: optional(Type.Array(FUNCTION, { maxItems: TOOLS_MAX }), {
    description: 'The older form of tools, where tools is absent.',
  }),
  function_call: Type.Optional(
    Type.Unknown({ description: "The older form of tool_choice: 'none', 'auto', or a name." }),
  ),
};

const FIELDS = Type.Object(TOOL_FIELDS);
type ToolFields = Static<typeof FIELDS>;

type Definition = Static<typeof FUNCTION>;

/** What is wrong with the names and schemas of `tools`, if anything. */
export function toolsProblem({ tools }: JsonObject): ApiError | undefined {
  if (!Array.isArray(tools)) return undefined;
  const functions = tools.map((tool: unknown) => (isJsonObject(tool) ? tool.function : undefined));
  return definitionsProblem(functions, {
    ...FUNCTION_WORDS,
    paramOf: (at) => `tools[${at}].function`,
  });
}

/** The same of the older form. */
export function functionsProblem({ functions }: JsonObject): ApiError | undefined {
  if (!Array.isArray(functions)) return undefined;
  return definitionsProblem(functions, { ...FUNCTION_WORDS, paramOf: (at) => `functions[${at}]` });
}

/** Where a choice has the name of a function. */
export interface NamePlace {
  /** Behind what names it, in errors. */
  readonly path: string;
  of(naming: JsonObject): unknown;
}

const NAME_PLACE: NamePlace = {
  path: '.function.name',
  of: ({ function: named }) => (isJsonObject(named) ? named.name : undefined),
};

/** Which tools a chat may call, and how; its fields have been checked one by one. */
export function toolChoiceOf(body: ToolFields): ToolChoice | ApiError {
  const tools = (body.tools ?? []).map((tool) => toolOf(tool.function));
  return choiceAmong(tools, body.tool_choice, body.parallel_tool_calls ?? true, NAME_PLACE);
}

/** What `tool_choice` says of `tools`. */
export function choiceAmong(
  tools: readonly Tool[],
  said: unknown,
  isParallel: boolean,
  place: NamePlace,
): ToolChoice | ApiError {
  const choice = said ?? undefined;
  const param = 'tool_choice';
  if (choice === undefined) return { mode: 'auto', tools, isParallel };
  if (choice === 'none' || choice === 'auto' || choice === 'required') {
    return withTools({ mode: choice, tools, isParallel }, param, tools);
  }
  if (isJsonObject(choice) && choice.type === 'allowed_tools') {
    return allowedOf(choice, tools, isParallel, place);
  }
  if (isJsonObject(choice) && choice.type === 'function') {
    return namedOf(place.of(choice), tools, param + place.path);
  }
  const expected = "'none', 'auto', 'required', or an object of type function or allowed_tools";
  return apiError('invalid_value', { param, got: valueWords(choice), expected });
}

/** The same of the older form. */
export function functionChoiceOf(body: ToolFields): ToolChoice | ApiError {
  const tools = (body.functions ?? []).map(toolOf);
  const choice = body.function_call ?? 'auto';
  if (choice === 'none' || choice === 'auto') return { mode: choice, tools, isParallel: false };
  if (isJsonObject(choice)) return namedOf(choice.name, tools, 'function_call.name');
  const expected = "'none', 'auto', or an object with a name";
  return apiError('invalid_value', { param: 'function_call', got: valueWords(choice), expected });
}

/** A tool as it may be called. */
export function toolOf({ name, description, parameters, strict }: Definition): Tool {
  return {
    name,
    description: description ?? '',
    parameters: parameters ?? undefined,
    isStrict: strict ?? false,
  };
}

function namedOf(name: unknown, tools: readonly Tool[], param: string): ToolChoice | ApiError {
  const tool = tools.find((one) => one.name === name);
  if (tool !== undefined) return { mode: 'required', tools: [tool], isParallel: false };
  return apiError('invalid_value', { param, got: valueWords(name), expected: nameOf(tools) });
}

function nameOf(tools: readonly Tool[]): string {
  if (tools.length === 0) return 'tools, and the name of one of them';
  return `the name of one of the tools, such as '${tools[0]?.name ?? ''}'`;
}

function withTools(
  choice: ToolChoice,
  param: string,
  known: readonly Tool[],
): ToolChoice | ApiError {
  if (choice.mode !== 'required' || choice.tools.length > 0) return choice;
  const expected = known.length > 0 ? nameOf(known) : "'none' or 'auto', or tools";
  return apiError('invalid_value', { param, got: "'required' without tools", expected });
}

function allowedOf(
  choice: JsonObject,
  tools: readonly Tool[],
  isParallel: boolean,
  place: NamePlace,
): ToolChoice | ApiError {
  const param = 'tool_choice.allowed_tools';
  const allowed = isJsonObject(choice.allowed_tools) ? choice.allowed_tools : choice;
  const { mode } = allowed;
  if (mode !== 'auto' && mode !== 'required') {
    const got = valueWords(mode);
    return apiError('invalid_value', {
      param: `${param}.mode`,
      got,
      expected: "'auto' or 'required'",
    });
  }
  const named = Array.isArray(allowed.tools) ? allowed.tools : [];
  const names = new Set<unknown>();
  for (const [at, one] of named.entries()) {
    const name = isJsonObject(one) ? place.of(one) : undefined;
    if (!tools.some((tool) => tool.name === name)) {
      const where = `${param}.tools[${at}]${place.path}`;
      const got = valueWords(name);
      return apiError('invalid_value', { param: where, got, expected: nameOf(tools) });
    }
    names.add(name);
  }
  const subset = tools.filter(({ name }) => names.has(name));
  return withTools({ mode, tools: subset, isParallel }, `${param}.tools`, tools);
}

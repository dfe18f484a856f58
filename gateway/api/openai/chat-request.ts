import { type ApiError, apiError } from '../../../shared/errors.ts';
import { REASONING_EFFORTS, type ReasoningEffort } from '../../generate/reasoning.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { type ChatMessage, readMessages } from './chat-message.ts';
import { FieldReader } from './field-reader.ts';
import type { UsageMode } from './usage.ts';

/** The body of `POST /v1/chat/completions`, checked, with all that later steps need resolved. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Tool or function definitions as they were sent; they are part of the prompt. */
  readonly tools: readonly unknown[];
  /** `max_completion_tokens`, else `max_tokens`, in tokens. */
  readonly outputLimit: number | undefined;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  readonly stream: boolean;
  readonly usageMode: UsageMode;
  /** Number of answers, `n`. */
  readonly choices: number;
  /** At most four, none empty. */
  readonly stop: readonly string[];
  readonly seed: number | undefined;
  /** Equal requests get equal answers: a seed was given, or the temperature is 0. */
  readonly repeatable: boolean;
  readonly reasoningEffort: ReasoningEffort | undefined;
  /** Turns reasoning on or off whatever the model. */
  readonly enableThinking: boolean | undefined;
  /** Lower is served first. */
  readonly priority: number;
  readonly cacheSalt: string;
  readonly user: string | undefined;
  readonly promptCacheKey: string | undefined;
  /** Index of the worker that must serve the request. */
  readonly pinnedWorker: number | undefined;
}

/** The request in `body`, or the first problem in the order of the fields below. */
export function parseChatRequest(body: JsonObject): ChatRequest | ApiError {
  const fields = new FieldReader();
  const model = readModel(body.model, fields);
  const messages = readMessages(body.messages, fields);
  const completionLimit = fields.integer(
    body.max_completion_tokens,
    'max_completion_tokens',
    1,
    MAX,
  );
  const maxTokens = fields.integer(body.max_tokens, 'max_tokens', 1, MAX);
  const outputLimit = completionLimit ?? maxTokens;
  const minTokens = fields.integer(body.min_tokens, 'min_tokens', 0, outputLimit ?? MAX) ?? 0;
  const ignoreEos = fields.boolean(body.ignore_eos, 'ignore_eos') ?? false;
  const stream = fields.boolean(body.stream, 'stream') ?? false;
  const usageMode = readUsageMode(body.stream_options, stream, fields);
  const choices = fields.integer(body.n, 'n', 1, CHOICES_MAX) ?? 1;
  const stop = readStop(body.stop, fields);
  const seed = fields.integer(body.seed, 'seed', -SEED_MAX, SEED_MAX);
  const reasoningEffort = fields.oneOf(
    body.reasoning_effort,
    'reasoning_effort',
    REASONING_EFFORTS,
  );
  const template = fields.object(body.chat_template_kwargs, 'chat_template_kwargs');
  const thinking = 'chat_template_kwargs.enable_thinking';
  const enableThinking = fields.boolean(template?.enable_thinking, thinking);
  const priority = fields.integer(body.priority, 'priority', -PRIORITY_MAX, PRIORITY_MAX);
  const cacheSalt = readSalt(body.cache_salt, fields);
  const user = fields.string(body.user, 'user');
  const promptCacheKey = fields.string(body.prompt_cache_key, 'prompt_cache_key');
  const extension = readExtension(body.nvext, fields);
  const temperature = checkSampling(body, fields);
  checkMetadata(body.metadata, fields);
  if (fields.problem !== undefined) return fields.problem;
  return {
    model,
    messages,
    tools: readTools(body),
    outputLimit,
    minTokens,
    ignoreEos,
    stream,
    usageMode,
    choices,
    stop,
    seed,
    repeatable: seed !== undefined || temperature === 0,
    reasoningEffort,
    enableThinking,
    priority: priority ?? extension.priority,
    cacheSalt,
    user,
    promptCacheKey,
    pinnedWorker: extension.worker,
  };
}

/** Larger limits than this mean no limit; it also keeps sums of token counts exact. */
const MAX = 2 ** 31 - 1;
const CHOICES_MAX = 128;
const MODEL_LENGTH_MAX = 256;
const SALT_LENGTH_MAX = 1024;
const SEED_MAX = 2 ** 63;
const PRIORITY_MAX = 2 ** 31 - 1;
const STOPS_MAX = 4;
/** As much of an answer is held back at most, in case that it is the beginning of a match. */
const STOP_LENGTH_MAX = 1024;

function readModel(value: unknown, fields: FieldReader): string {
  const expected = `the id of a model, a string of 1 to ${MODEL_LENGTH_MAX} characters`;
  if (value === undefined || value === null) fields.missing('model', expected);
  const model = fields.string(value, 'model') ?? '';
  if (value === '') fields.invalidValue('model', expected, value);
  if (model.length > MODEL_LENGTH_MAX) {
    const details = { param: 'model', max: MODEL_LENGTH_MAX, got: model.length };
    fields.fail(apiError('string_above_max_length', details));
  }
  return model;
}

function readSalt(value: unknown, fields: FieldReader): string {
  const salt = fields.string(value, 'cache_salt') ?? '';
  if (salt.length > SALT_LENGTH_MAX) {
    const details = { param: 'cache_salt', max: SALT_LENGTH_MAX, got: salt.length };
    fields.fail(apiError('string_above_max_length', details));
  }
  return salt;
}

/** Usage in every chunk needs both options, as in vLLM. */
function readUsageMode(value: unknown, stream: boolean, fields: FieldReader): UsageMode {
  const options = fields.object(value, 'stream_options');
  if (options === undefined) return 'none';
  if (!stream) {
    const reason = "is only allowed with 'stream': true";
    fields.fail(apiError('unsupported_parameter', { param: 'stream_options', reason }));
  }
  const include = fields.boolean(options.include_usage, 'stream_options.include_usage') ?? false;
  const param = 'stream_options.continuous_usage_stats';
  const continuous = fields.boolean(options.continuous_usage_stats, param) ?? false;
  if (!include) return 'none';
  return continuous ? 'continuous' : 'final';
}

const NO_STOP: readonly string[] = [];

function readStop(value: unknown, fields: FieldReader): readonly string[] {
  if (value === undefined || value === null) return NO_STOP;
  const expected = `a string, or an array of 1 to ${STOPS_MAX} strings, none of them empty`;
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (stops.length === 0) fields.fail(apiError('empty_array', { param: 'stop', expected }));
  if (stops.length > STOPS_MAX) {
    const details = { param: 'stop', max: STOPS_MAX, got: stops.length };
    fields.fail(apiError('array_above_max_length', details));
    return NO_STOP;
  }
  const texts: string[] = [];
  for (let index = 0; index < stops.length; index++) {
    const stop = stops[index];
    const param = Array.isArray(value) ? `stop[${index}]` : 'stop';
    if (typeof stop !== 'string') fields.invalidType(param, expected, stop);
    else if (stop === '') fields.invalidValue(param, expected, stop);
    else if (stop.length > STOP_LENGTH_MAX) {
      const details = { param, max: STOP_LENGTH_MAX, got: stop.length };
      fields.fail(apiError('string_above_max_length', details));
    } else texts.push(stop);
  }
  return texts;
}

interface Extension {
  readonly priority: number;
  readonly worker: number | undefined;
}

const NO_EXTENSION: Extension = { priority: 0, worker: undefined };

/** Dynamo's `nvext`. There a higher priority is served first, here a lower one. */
function readExtension(value: unknown, fields: FieldReader): Extension {
  const nvext = fields.object(value, 'nvext');
  if (nvext === undefined) return NO_EXTENSION;
  const id = nvext.backend_instance_id;
  const worker = fields.integer(id, 'nvext.backend_instance_id', 0, Number.MAX_SAFE_INTEGER);
  const hints = fields.object(nvext.agent_hints, 'nvext.agent_hints');
  const param = 'nvext.agent_hints.priority';
  const hint = fields.integer(hints?.priority, param, -PRIORITY_MAX, PRIORITY_MAX) ?? 0;
  return { priority: 0 - hint, worker };
}

/** Checks the sampling fields, which change nothing here, and returns the temperature. */
function checkSampling(body: JsonObject, fields: FieldReader): number | undefined {
  const temperature = fields.decimal(body.temperature, 'temperature', 0, 2);
  fields.decimal(body.top_p, 'top_p', 0, 1);
  fields.decimal(body.presence_penalty, 'presence_penalty', -2, 2);
  fields.decimal(body.frequency_penalty, 'frequency_penalty', -2, 2);
  const biases = fields.object(body.logit_bias, 'logit_bias');
  for (const token in biases) {
    if (fields.problem !== undefined) break;
    fields.decimal(biases[token], `logit_bias.${clip(token)}`, -100, 100);
  }
  return temperature;
}

const METADATA_PAIRS_MAX = 16;
const KEY_LENGTH_MAX = 64;
const METADATA_VALUE_LENGTH_MAX = 512;

/** Checks the pairs of strings that a client may tag its request with. */
function checkMetadata(value: unknown, fields: FieldReader): void {
  const metadata = fields.object(value, 'metadata');
  if (metadata === undefined) return;
  const keys = Object.keys(metadata);
  if (keys.length > METADATA_PAIRS_MAX) {
    fields.invalidValue('metadata', `at most ${METADATA_PAIRS_MAX} pairs`, metadata);
    return;
  }
  for (const key of keys) {
    const param = `metadata.${clip(key)}`;
    if (key.length > KEY_LENGTH_MAX) {
      fields.invalidValue(param, `keys of at most ${KEY_LENGTH_MAX} characters`, key);
    }
    const { length } = fields.string(metadata[key], param) ?? '';
    if (length > METADATA_VALUE_LENGTH_MAX) {
      const details = { param, max: METADATA_VALUE_LENGTH_MAX, got: length };
      fields.fail(apiError('string_above_max_length', details));
    }
  }
}

/** A key of the client's as part of a path: an error must not send a long one back. */
function clip(key: string): string {
  return key.slice(0, KEY_LENGTH_MAX);
}

const NO_TOOLS: readonly unknown[] = [];

function readTools(body: JsonObject): readonly unknown[] {
  const tools = body.tools ?? body.functions;
  return Array.isArray(tools) ? tools.filter(isJsonObject) : NO_TOOLS;
}

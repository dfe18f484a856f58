/**
 * Every error that a client can be given, in one table: code -> HTTP status, OpenAI error type and
 * message. A message says what was got, what is allowed and how to fix it; its `{placeholders}` are
 * the details that `apiError` requires for that code.
 */

interface ErrorRow {
  readonly status: HttpStatus;
  readonly type: string;
  readonly message: string;
  /** Headers that the answer carries unless the caller gives others of the same name. */
  readonly headers?: HeaderList;
  /** The `code` of the body where it is not the key of the row. */
  readonly code?: string | null;
}

/** Response headers: lower-case name and value. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

const INVALID = { status: 400, type: 'invalid_request_error' } as const;
const NOT_FOUND = { status: 404, type: 'invalid_request_error' } as const;
const UNAUTHORIZED = {
  status: 401,
  type: 'invalid_request_error',
  headers: [['www-authenticate', 'Bearer']],
} as const;
const RETRY_SOON = retryAfter(1);

const ERRORS = {
  invalid_json: {
    ...INVALID,
    message:
      'The body of the request could not be read as JSON: {reason}. Send one JSON object in UTF-8.',
  },
  ambiguous_framing: {
    ...INVALID,
    message:
      "It is not clear where the body of the request ends: {reason}. Send one Content-Length, or 'Transfer-Encoding: chunked'.",
  },
  missing_required_parameter: {
    ...INVALID,
    message: "Missing required parameter: '{param}'. Add {expected}.",
  },
  invalid_type: {
    ...INVALID,
    message: "Invalid type for '{param}': expected {expected}, but got {got} instead.",
  },
  invalid_value: {
    ...INVALID,
    message: "Invalid value for '{param}': got {got}. Send {expected}.",
  },
  empty_array: {
    ...INVALID,
    message: "Invalid '{param}': got an empty array. Send {expected}.",
  },
  unsupported_value: {
    ...INVALID,
    message: "Unsupported value for '{param}': got {got}. Send {expected}.",
  },
  unsupported_parameter: {
    ...INVALID,
    message: "Unsupported parameter: '{param}' {reason}.",
  },
  integer_below_min_value: {
    ...INVALID,
    message:
      "Invalid '{param}': integer below minimum value. Expected a value >= {min}, but got {got} instead.",
  },
  integer_above_max_value: {
    ...INVALID,
    message:
      "Invalid '{param}': integer above maximum value. Expected a value <= {max}, but got {got} instead.",
  },
  decimal_below_min_value: {
    ...INVALID,
    message:
      "Invalid '{param}': decimal below minimum value. Expected a value >= {min}, but got {got} instead.",
  },
  decimal_above_max_value: {
    ...INVALID,
    message:
      "Invalid '{param}': decimal above maximum value. Expected a value <= {max}, but got {got} instead.",
  },
  string_above_max_length: {
    ...INVALID,
    message:
      "Invalid '{param}': string too long. Expected at most {max} characters, but got {got}. Shorten it.",
  },
  array_above_max_length: {
    ...INVALID,
    message:
      "Invalid '{param}': array too long. Expected at most {max} items, but got {got}. Send fewer.",
  },
  context_length_exceeded: {
    ...INVALID,
    message:
      "This model's maximum context length is {window} tokens. However, your request needs {total} tokens ({prompt} in the {param}, {completion} for the completion). Reduce the length of the {param} or of the completion.",
  },
  invalid_function_parameters: {
    ...INVALID,
    message: "Invalid schema in '{param}': {reason}.",
  },
  invalid_json_schema: {
    ...INVALID,
    message: "Invalid schema in '{param}': {reason}.",
  },
  previous_response_not_found: {
    ...INVALID,
    message: "Previous response with id '{id}' was not found. It may have expired; send its input.",
  },
  content_policy_violation: {
    ...INVALID,
    message:
      "Your request was rejected by the safety system: '{param}' is flagged for {categories}. Rephrase it.",
  },
  worker_not_found: {
    ...INVALID,
    message: "There is no worker '{got}' to pin the request to. The workers are {expected}.",
  },
  worker_down: {
    status: 409,
    type: 'invalid_request_error',
    message:
      "'{worker}' is down already, and is started again in {seconds} s. Wait until it is up, see /health/detailed.",
  },
  injection_detected: {
    ...INVALID,
    message: "Potentially malicious input was detected in '{param}': {reason}. Remove it.",
  },
  missing_api_key: {
    ...UNAUTHORIZED,
    message: "You didn't provide an API key. Send it in the header 'Authorization: Bearer KEY'.",
  },
  invalid_api_key: {
    ...UNAUTHORIZED,
    message: 'Incorrect API key provided: {key}. Send one of the keys that the server was given.',
  },
  admin_forbidden: {
    status: 403,
    type: 'request_forbidden',
    message:
      "Without admin keys, /admin answers only what runs on the server's own machine: the request is refused, since {reason}. Start the server with FAKEAI_ADMIN_API_KEYS and send 'Authorization: Bearer KEY'.",
  },
  ip_banned: {
    status: 403,
    type: 'request_forbidden',
    message: 'This address is banned for {seconds} more seconds after repeated abuse.',
  },
  model_not_found: {
    ...NOT_FOUND,
    message:
      "The model '{model}' does not exist, and models are not created on first use. GET /v1/models lists those that do.",
  },
  unknown_url: {
    ...NOT_FOUND,
    message: 'Unknown request URL: {method} {path}. Check the path for typos.',
  },
  endpoint_not_supported: {
    ...NOT_FOUND,
    message: '{method} {path} is not implemented by this simulator.{instead}',
  },
  feature_disabled: {
    ...NOT_FOUND,
    message: '{method} {path} is switched off. Start the server with {setting} to use it.',
  },
  response_not_found: {
    ...NOT_FOUND,
    code: null,
    message: "Response with id '{id}' not found.",
  },
  method_not_supported: {
    status: 405,
    type: 'invalid_request_error',
    message: 'Not allowed to {method} on {path}. Use {allowed}.',
  },
  payload_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message: 'The body of the request is larger than {max} bytes. Send a smaller one.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    message: "Unsupported content type '{got}'. Send 'application/json'.",
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'requests',
    message:
      'Rate limit reached on {limit}: limit {max}, used {used}, requested {requested}. Try again in {seconds} s.',
  },
  request_too_large: {
    status: 429,
    type: 'tokens',
    code: 'rate_limit_exceeded',
    headers: [['x-should-retry', 'false']],
    message:
      'Request too large: the limit is {max} tokens per minute, requested {requested}. It can never be answered; shorten the prompt or the answer.',
  },
  queue_full: {
    status: 429,
    type: 'server_overloaded',
    headers: RETRY_SOON,
    message: 'The waiting queue of the worker is full ({waiting} requests). Retry after a pause.',
  },
  insufficient_quota: {
    status: 429,
    type: 'insufficient_quota',
    message: 'You exceeded your current quota. Check your plan and billing details.',
  },
  internal_error: {
    status: 500,
    type: 'server_error',
    message: 'The server had an error while processing your request. Retry it.',
  },
  worker_failed: {
    status: 500,
    type: 'server_error',
    message: 'The worker that served this request failed. Retry it.',
  },
  policy_failed: {
    status: 500,
    type: 'server_error',
    message:
      'The routing policy of --policy-module failed: {reason}. Correct it, and start the server again.',
  },
  bad_gateway: {
    status: 502,
    type: 'server_error',
    message: 'Bad gateway. Retry the request.',
  },
  service_unavailable: {
    status: 503,
    type: 'server_error',
    headers: RETRY_SOON,
    message: 'The service is unavailable: {reason}. Retry after a pause.',
  },
  gateway_timeout: {
    status: 504,
    type: 'server_error',
    message: 'The answer took longer than {seconds} s. Ask for fewer tokens, or stream it.',
  },
  stream_timeout: {
    status: 504,
    type: 'server_error',
    message: 'The stream took longer than {seconds} s. Ask for fewer tokens.',
  },
  stream_token_timeout: {
    status: 504,
    type: 'server_error',
    message: 'No token for {seconds} s. Retry the request.',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;

export type ErrorCode = keyof typeof ERRORS;

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What `apiError` needs to fill in the message of one code. */
export type ErrorDetails<Code extends ErrorCode> = {
  readonly [Name in Placeholders<(typeof ERRORS)[Code]['message']>]: string | number;
};

interface ErrorExtras {
  /** The field at fault, as a path such as `messages[2].content[0].text`. */
  readonly param?: string;
  /** Overrides the type of the table: a rate limit names what is limited. */
  readonly type?: string;
  readonly headers?: HeaderList;
}

/**
 * An answer that is an error. A value, not an exception: what a client did wrong is an expected
 * outcome, and no stack trace has to be captured for it.
 */
export class ApiError {
  readonly status: HttpStatus;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly message: string;
  readonly headers: HeaderList;

  constructor(code: ErrorCode, message: string, param: string | null, extras: ErrorExtras) {
    const row: ErrorRow = ERRORS[code];
    this.status = row.status;
    this.type = extras.type ?? row.type;
    this.code = row.code === undefined ? code : row.code;
    this.param = param;
    this.message = message;
    this.headers = mergeHeaders(row.headers ?? [], extras.headers ?? []);
  }
}

/** The error of `code`. A detail named `param` is also the error's `param`. */
export function apiError<Code extends ErrorCode>(
  code: Code,
  details: ErrorDetails<Code>,
  extras: ErrorExtras = {},
): ApiError {
  const values: Readonly<Record<string, string | number>> = details;
  const message = ERRORS[code].message.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const param = extras.param ?? values.param;
  return new ApiError(code, message, param === undefined ? null : String(param), extras);
}

/** The JSON body of an error answer, and the payload of an error event in a stream. */
export function errorBody(error: ApiError): string {
  const { message, type, param, code } = error;
  return JSON.stringify({ error: { message, type, param, code } });
}

/** When a client may try again, in whole seconds. */
export function retryAfter(seconds: number): HeaderList {
  return [['retry-after', String(seconds)]];
}

function mergeHeaders(defaults: HeaderList, given: HeaderList): HeaderList {
  if (given.length === 0) return defaults;
  const names = new Set(given.map(([name]) => name));
  return [...defaults.filter(([name]) => !names.has(name)), ...given];
}

/** Status lines with their reason phrases, without which some load generators count no success. */
export const STATUS_LINES = {
  200: '200 OK',
  204: '204 No Content',
  302: '302 Found',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  403: '403 Forbidden',
  404: '404 Not Found',
  405: '405 Method Not Allowed',
  409: '409 Conflict',
  413: '413 Content Too Large',
  415: '415 Unsupported Media Type',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
  502: '502 Bad Gateway',
  503: '503 Service Unavailable',
  504: '504 Gateway Timeout',
  529: '529 Site Is Overloaded',
} as const;

export type HttpStatus = keyof typeof STATUS_LINES;

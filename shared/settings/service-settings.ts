import {
  boolean,
  choice,
  decimal,
  integer,
  keys,
  list,
  NOT_YET,
  optionalNumber,
  path,
  rates,
  secretUrl,
  text,
} from './setting.ts';

/** Settings of the HTTP edge: who may connect, how much, and what is watched. */

const ONE_LOOP =
  'One event loop serves HTTP. Simulated GPUs are FAKEAI_KV_CACHE_NUM_WORKERS, their threads ' +
  'FAKEAI_THREADS.';
const NO_BACKLOG = 'The HTTP library listens with a fixed backlog of 512.';
const FIXED_KEEP_ALIVE =
  'The HTTP library closes idle connections after 10 to 12 seconds; this is compiled in.';
const NO_RELOAD = 'The server is a built bundle; restart it to load new code.';

export const SERVER = {
  host: text('127.0.0.1', 'Address to bind.'),
  port: integer(8000, { min: 0, max: 65_535 }, 'Port to bind. 0 takes any free port.'),
  debug: boolean(false, 'Same as the log level debug.'),
  logLevel: choice(
    'info',
    ['debug', 'info', 'warning', 'error', 'critical'],
    'Least severe level that is logged.',
  ),
  accessLog: boolean(false, 'Log one line per request.'),
  limitConcurrency: integer(
    0,
    { min: 0, max: 1_000_000, unit: 'requests' },
    'Requests in flight at once; more get 503 with retry-after. 0 sets no limit.',
  ),
  shutdownTimeoutSeconds: decimal(
    30,
    { min: 0, max: 3600, unit: 's' },
    'How long open streams may finish after SIGTERM or SIGINT.',
  ),
  sslCertfile: path('Certificate chain (PEM). Turns TLS on, together with the key file.'),
  sslKeyfile: path('Private key (PEM) of the certificate.'),
  trustProxy: boolean(false, 'Take the client address from the last entry of X-Forwarded-For.'),
  workers: integer(1, { min: 1, max: 128 }, "Uvicorn's number of server processes.", {
    effect: { kind: 'never', why: ONE_LOOP },
  }),
  reload: boolean(false, "Uvicorn's restart on a change of code.", {
    effect: { kind: 'never', why: NO_RELOAD },
  }),
  backlog: integer(
    2048,
    { min: 1, max: 65_535, unit: 'connections' },
    "Uvicorn's length of the accept queue.",
    { effect: { kind: 'never', why: NO_BACKLOG } },
  ),
  timeoutKeepAlive: integer(
    5,
    { min: 0, max: 600, unit: 's' },
    "Uvicorn's limit for idle connections.",
    { effect: { kind: 'never', why: FIXED_KEEP_ALIVE } },
  ),
};

export const AUTH = {
  requireApiKey: boolean(false, 'Ask for an API key on /v1/*, rerank and tokenize routes.'),
  hashApiKeys: boolean(false, 'Keep only the SHA-256 of each key in memory.'),
  apiKeys: keys('Accepted API keys: keys, sha256:<64 hex> hashes, or files with one key a line.'),
};

export const RATE_LIMITS = {
  rateLimitEnabled: boolean(false, 'Limit requests and tokens per minute and key.', {
    nested: 'ENABLED',
    aliases: ['enable-rate-limiting'],
  }),
  rateLimitTier: choice(
    'tier-1',
    ['free', 'tier-1', 'tier-2', 'tier-3', 'tier-4', 'tier-5'],
    'Set of limits. Requests and tokens per minute: free 60 and 40,000; tier-1 3,500 and ' +
      '200,000; tier-2 10,000 and 450,000; tier-3 20,000 and 1,000,000; tier-4 40,000 and ' +
      '5,000,000; tier-5 80,000 and 10,000,000.',
    { nested: 'TIER' },
  ),
  rateLimitRpm: optionalNumber(
    'integer',
    { min: 1, unit: 'per minute' },
    "Requests per minute, instead of the tier's.",
    { nested: 'RPM_OVERRIDE' },
  ),
  rateLimitTpm: optionalNumber(
    'integer',
    { min: 1, unit: 'per minute' },
    "Tokens per minute, instead of the tier's.",
    { nested: 'TPM_OVERRIDE' },
  ),
  rateLimitMaxKeys: integer(
    10_000,
    { min: 1, max: 1_000_000, unit: 'keys' },
    'Keys whose use is remembered; the least recently used is forgotten first.',
    { nested: 'MAX_KEYS' },
  ),
  rateLimitRedisUrl: secretUrl(
    /^rediss?:\/\/\S+$/,
    'a redis:// or rediss:// URL',
    'Redis that holds limits shared by several instances. Unset: in memory.',
    { nested: 'REDIS_URL' },
  ),
  rateLimitRedisFailure: choice(
    'open',
    ['open', 'closed'],
    'While that Redis cannot be asked, let every request in, or answer 503.',
    { nested: 'REDIS_FAILURE' },
  ),
};

export const SECURITY = {
  enableSecurity: boolean(
    false,
    'Turn on input validation, injection and abuse detection and key hashing, whatever their ' +
      'own settings say.',
    { aliases: ['security'] },
  ),
  enableInputValidation: boolean(
    false,
    'Refuse bodies that are not declared as JSON, invalid UTF-8, control characters in ids and ' +
      'nesting deeper than 64.',
  ),
  enableInjectionDetection: boolean(
    false,
    'Refuse script, SQL, shell and path patterns outside prompts.',
  ),
  enableAbuseDetection: boolean(false, 'Ban client addresses that keep misbehaving.'),
  maxRequestSize: integer(
    104_857_600,
    { min: 1024, max: 104_857_600, unit: 'bytes' },
    'Largest request body; a larger one gets 413.',
  ),
  maxBodyBytesInFlight: integer(
    268_435_456,
    { min: 104_857_600, max: 8_589_934_592, unit: 'bytes' },
    'Request bodies that are being received or read, all together; more get 503 with retry-after.',
  ),
  abuseCleanupInterval: integer(
    3600,
    { min: 60, unit: 's' },
    'Time between two sweeps of the abuse records; what is older is forgotten then.',
  ),
  corsAllowedOrigins: list(['*'], { minEntries: 1 }, 'Origins that browsers may call from.'),
  corsAllowCredentials: boolean(true, 'Let browsers send credentials to a listed origin.'),
  circuitBreakerEnabled: boolean(false, 'Skip a simulated worker that keeps failing.', {
    effect: NOT_YET,
  }),
  circuitBreakerFailureThreshold: integer(
    5,
    { min: 1, max: 1000, unit: 'failures' },
    "Failures without a success in between that open a worker's breaker.",
    { effect: NOT_YET },
  ),
  circuitBreakerTimeoutSeconds: decimal(
    60,
    { min: 0, unit: 's' },
    'How long an open breaker keeps requests away before one probe.',
    { effect: NOT_YET },
  ),
  enableAdmin: choice(
    'auto',
    ['auto', 'true', 'false'],
    'Serve /admin/*. auto: while bound to a loopback address, or with admin keys.',
  ),
  adminApiKeys: keys(
    'Keys of /admin/*: keys, sha256:<64 hex> hashes, or files with one a line. Without any, only ' +
      'local callers that are no web page of another origin and no proxy are answered.',
  ),
};

const ERROR_TYPES = [
  'internal_error',
  'bad_gateway',
  'service_unavailable',
  'gateway_timeout',
  'invalid_api_key',
  'content_filter',
  'rate_limit_quota',
  'context_length_exceeded',
  'rate_limit_exceeded',
  'stream_error',
  'stream_abort',
  'stream_stall',
] as const;

export const METRICS = {
  enableMetrics: boolean(true, 'Collect metrics. false: every metrics route answers 404.'),
  enablePrometheus: boolean(true, 'Serve the Prometheus views.'),
  metricsWindowSeconds: decimal(
    5,
    { min: 1, max: 3600, unit: 's' },
    'Length of the sliding windows behind rates and percentiles.',
  ),
  metricsRetentionHours: integer(
    24,
    { min: 1, max: 168, unit: 'h' },
    'How long hourly figures per model are kept.',
    { effect: NOT_YET },
  ),
  metricsDefaultFormat: choice(
    'json',
    ['json', 'prometheus'],
    'Format of /metrics when the client asks for none.',
  ),
  errorInjectionEnabled: boolean(false, 'Answer some requests with an error on purpose.', {
    effect: NOT_YET,
  }),
  errorInjectionRate: decimal(0, { min: 0, max: 1 }, 'Share of requests that get an error.', {
    effect: NOT_YET,
  }),
  errorInjectionTypes: list(
    ['internal_error', 'service_unavailable', 'gateway_timeout', 'rate_limit_quota'],
    { choices: ERROR_TYPES },
    'Errors to draw from, each equally often.',
    { effect: NOT_YET },
  ),
  errorInjectionEndpointRates: rates('Rates of single paths, instead of the common one.', {
    effect: NOT_YET,
  }),
  errorInjectionRetryAfterSeconds: integer(
    1,
    { min: 0, unit: 's' },
    'retry-after of injected 429 and 503 answers.',
    { effect: NOT_YET },
  ),
  errorHeader: boolean(false, 'Obey the request header X-Fakeai-Error.', { effect: NOT_YET }),
  dcgmGpuCount: integer(
    0,
    { min: 0, max: 256, unit: 'GPUs' },
    'GPUs in /dcgm/metrics. 0: one per simulated worker.',
    { effect: NOT_YET },
  ),
  dcgmGpuModel: choice(
    'H100-80GB',
    ['H100-80GB', 'A100-80GB', 'L40S'],
    'GPU model in /dcgm/metrics.',
    { effect: NOT_YET },
  ),
};

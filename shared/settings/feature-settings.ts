import { boolean, choice, decimal, integer, NOT_YET, path } from './setting.ts';

/** Settings of what the API offers: models, caches of the gateway, streams, media, storage. */

export const MODELS = {
  autoCreateModels: boolean(true, 'Create an unknown model on its first use. false: 404.'),
  defaultContextWindow: integer(
    8192,
    { min: 128, max: 10_000_000, unit: 'tokens' },
    'Context window of a model that is not in the built-in table.',
  ),
  maxModels: integer(10_000, { min: 1, max: 1_000_000 }, 'Models that are remembered and listed.'),
};

const VOICES = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'fable',
  'onyx',
  'nova',
  'sage',
  'shimmer',
  'verse',
] as const;

export const FEATURES = {
  enablePromptCaching: boolean(
    true,
    'Remember prompts as OpenAI does: a repeated one costs half the prefill and counts as cached.',
  ),
  cacheTtlSeconds: integer(
    600,
    { min: 0, unit: 's' },
    'How long a prompt is remembered after its last use.',
  ),
  minTokensForCache: integer(
    1024,
    { min: 0, unit: 'tokens' },
    'Shortest prompt that is remembered.',
  ),
  promptCacheMaxEntries: integer(
    1000,
    { min: 0, max: 1_000_000, unit: 'entries' },
    'Prompts that are remembered.',
  ),
  embeddingCacheSize: integer(
    512,
    { min: 0, max: 1_000_000, unit: 'entries' },
    'Embeddings that are remembered, up to 64 MiB of them. 0: none.',
  ),
  tokenCacheSize: integer(
    256,
    { min: 0, max: 1_000_000, unit: 'entries' },
    'Texts whose tokens are remembered under FAKEAI_STRICT_TOKEN_COUNTING. 0: none.',
  ),
  contentCacheSize: integer(
    256,
    { min: 0, max: 1_000_000, unit: 'entries' },
    'Content parts whose text is remembered.',
    { effect: { kind: 'never', why: 'The text of a content part is tokenized where it is.' } },
  ),
  enableContextValidation: boolean(
    true,
    "Refuse a request whose prompt and limit do not fit the model's context window.",
  ),
  strictTokenCounting: boolean(
    false,
    'Count prompts with the o200k_base tokenizer instead of words and punctuation.',
  ),
  enableModeration: boolean(false, 'Score prompts and refuse flagged ones with 400.'),
  moderationThreshold: decimal(
    0.5,
    { min: 0, max: 1 },
    'A text is flagged in each category whose score is higher.',
  ),
  enableRefusals: boolean(false, 'Answer flagged prompts with a refusal.'),
  enableSafetyFeatures: boolean(false, 'Same as FAKEAI_ENABLE_REFUSALS.', {
    aliases: ['enable-safety'],
  }),
  enableJailbreakDetection: boolean(false, 'Refuse prompts with known jailbreak phrases.'),
  prependSafetyMessage: boolean(false, 'Put a system message before a prompt that has none.'),
  enableAudio: boolean(true, 'Offer speech, audio answers and audio parts of prompts.'),
  defaultVoice: choice('alloy', VOICES, 'Voice when the request names none.'),
  defaultAudioFormat: choice(
    'mp3',
    ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm16'],
    'Audio format when the request names none.',
  ),
  streamTimeoutSeconds: decimal(
    300,
    { above: 0, unit: 's' },
    'Longest time for a whole answer, streamed or not.',
  ),
  streamTokenTimeoutSeconds: decimal(
    30,
    { above: 0, unit: 's' },
    'Longest gap between two tokens of a stream, from the first token on.',
  ),
  streamKeepaliveEnabled: boolean(
    true,
    'Send keep-alives while a stream is silent, where its endpoint has some.',
  ),
  streamKeepaliveIntervalSeconds: decimal(
    15,
    { above: 0, unit: 's' },
    'Silence before a keep-alive.',
  ),
  streamKeepaliveComments: boolean(
    false,
    'Send comment lines as keep-alive on chat and completions. Some clients break on them.',
  ),
  responseStoreMaxEntries: integer(
    1000,
    { min: 0, max: 1_000_000, unit: 'entries' },
    'Stored /v1/responses answers, 64 MiB of them at most; 0 stores none.',
  ),
  responseStoreTtlSeconds: integer(
    3600,
    { min: 0, unit: 's' },
    'How long such an answer is stored; 0: until it has to make room.',
  ),
};

export const STORAGE = {
  fileStorageBackend: choice('memory', ['memory', 'disk'], 'Where uploaded files are kept.', {
    effect: NOT_YET,
  }),
  fileStoragePath: path('Directory of uploaded files, for disk.', { effect: NOT_YET }),
  fileCleanupEnabled: boolean(true, 'Delete files when their time is over.', { effect: NOT_YET }),
  fileRetentionHours: integer(24, { min: 0, max: 168, unit: 'h' }, 'How long files are kept.', {
    effect: NOT_YET,
  }),
  imageStorageBackend: choice('memory', ['memory', 'disk'], 'Where generated images are kept.', {
    effect: NOT_YET,
  }),
  imageStoragePath: path('Directory of generated images, for disk.', { effect: NOT_YET }),
  imageRetentionHours: integer(
    1,
    { min: 0, max: 168, unit: 'h' },
    'How long generated images are kept.',
    { effect: NOT_YET },
  ),
};

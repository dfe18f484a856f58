import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  capabilitiesJson,
  findEntry,
  ModelCatalog,
  type ModelCatalogConfig,
  modelJson,
} from '../../../gateway/openai/models.ts';

const CONFIG: ModelCatalogConfig = {
  autoCreate: true,
  defaultWindow: 8192,
  maxModels: 10_000,
  reasoningModels: ['gpt-oss*', 'deepseek-ai/DeepSeek-R1*', '*reasoning*'],
  createdS: 1000,
};

function catalog(changes: Partial<ModelCatalogConfig> = {}): ModelCatalog {
  return new ModelCatalog({ ...CONFIG, ...changes });
}

/** Each row: an id, and the window that it has. */
const WINDOWS: readonly (readonly [string, number])[] = [
  ['openai/gpt-oss-120b', 128_000],
  ['gpt-oss-20b', 32_768],
  ['anyone/gpt-oss-20b', 32_768],
  ['OpenAI/GPT-OSS-120B', 128_000],
  ['deepseek-ai/DeepSeek-R1', 64_000],
  ['deepseek-ai/DeepSeek-R1-0528', 64_000],
  ['deepseek-ai/DeepSeek-R1-Distill-Qwen-32B', 128_000],
  ['meta-llama/Llama-3.1-70B-Instruct', 131_072],
  ['meta-llama/Llama-3.1-8B', 128_000],
  ['mistralai/Mistral-7B-Instruct-v0.3', 32_768],
  ['mixtral-8x22b-instruct', 65_536],
  ['claude-3-haiku-20240307', 200_000],
  ['claude-opus-4', 200_000],
  ['gemini-1.5-pro-latest', 2_000_000],
  ['gemini-pro-vision', 32_768],
  ['TinyLlama/TinyLlama-1.1B-Chat-v1.0', 1024],
  ['text-embedding-3-small', 8191],
  ['gpt-4', 8192],
  ['gpt-4-0613', 8192],
  ['gpt-4-32k-0613', 32_768],
  ['gpt-4-turbo-preview', 128_000],
  ['gpt-4o-mini', 128_000],
  ['gpt-4.1-nano', 1_047_576],
  ['gpt-3.5-turbo-16k', 16_385],
  ['o3-mini', 200_000],
  ['gpt-5', 400_000],
  ['ft:gpt-4o:acme::abc123', 128_000],
  ['ft:gpt-3.5-turbo-0125:acme:suffix:abc123', 16_385],
  ['ft:', 8192],
  ['tts-1', 8192],
  ['my-model', 8192],
  ['', 8192],
];

test('the window comes from the id, the id without its organisation, its base, a prefix', () => {
  const models = catalog();
  for (const [id, window] of WINDOWS) assert.equal(models.find(id, 0)?.window, window, id);
  assert.equal(catalog({ defaultWindow: 4096 }).find('my-model', 0)?.window, 4096);
  assert.equal(findEntry('my-model'), undefined);
});

test('the list begins with openai/gpt-oss-120b and has the fields that clients read', () => {
  const list = JSON.parse(catalog().listJson());
  assert.equal(list.object, 'list');
  assert.deepEqual(list.data[0], {
    id: 'openai/gpt-oss-120b',
    object: 'model',
    created: 1000,
    owned_by: 'openai',
    root: 'openai/gpt-oss-120b',
    parent: null,
    max_model_len: 128_000,
    permission: list.data[0].permission,
    context_window: 128_000,
    max_output_tokens: 16_384,
    supports_vision: false,
    supports_audio: false,
    supports_tools: true,
    training_cutoff: '2024-06',
    pricing: { input_per_million: 2.5, output_per_million: 10, cached_input_per_million: 1.25 },
  });
  assert.equal(list.data[0].permission[0].object, 'model_permission');
  const ids: string[] = list.data.map((model: { id: string }) => model.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const hidden of ['gpt-4o', 'claude-', 'text-embedding-', 'mistral-7b']) {
    assert.ok(!ids.includes(hidden), hidden);
  }
});

test('an unknown model is created on first use, and listed from then on', () => {
  const models = catalog();
  const before = models.size;
  const created = models.use('acme/new "model"', 2000);
  assert.equal(created?.createdS, 2000);
  assert.equal(created?.owner, 'custom');
  assert.equal(created?.maxOutput, 4096);
  assert.equal(created?.pricing, null);
  assert.equal(models.use('acme/new "model"', 3000), created);
  assert.equal(models.size, before + 1);
  const listed = JSON.parse(models.listJson()).data.at(-1);
  assert.deepEqual([listed.id, listed.created], ['acme/new "model"', 2000]);
});

test('looking at a model gives the record of its use, without creating it', () => {
  const models = catalog();
  const before = models.size;
  const seen = models.find('new', 2000);
  assert.equal(models.size, before);
  assert.deepEqual(models.use('new', 2000), seen);
});

test('without creation on first use, an unknown id is no model', () => {
  const models = catalog({ autoCreate: false });
  assert.equal(models.use('new', 1), undefined);
  assert.equal(models.find('new', 1), undefined);
  assert.equal(models.use('gpt-oss-20b', 1)?.window, 32_768);
});

test('a full catalog serves more models, counts them and keeps none', () => {
  const full = catalog().size;
  const models = catalog({ maxModels: full + 1 });
  models.use('first', 1);
  assert.equal(models.use('second', 1)?.id, 'second');
  assert.equal(models.use('second', 1)?.id, 'second');
  assert.equal(models.size, full + 1);
  assert.equal(models.unlisted, 2);
});

test('owner and root of a fine-tuned model come from its id', () => {
  const model = catalog().use('ft:gpt-4o:acme::abc', 1);
  assert.deepEqual([model?.owner, model?.root], ['acme', 'gpt-4o']);
  assert.equal(catalog().use('ft:gpt-4o', 1)?.owner, 'custom');
});

test('models reason where a glob matches the whole id', () => {
  const models = catalog();
  const reasons = (id: string) => models.use(id, 1)?.reasoning;
  assert.ok(reasons('gpt-oss-120b'));
  assert.ok(reasons('deepseek-ai/DeepSeek-R1-Distill-Llama-8B'));
  assert.ok(!reasons('openai/gpt-oss-120b'));
});

test('small models have their own price for pictures', () => {
  const models = catalog();
  const base = (id: string) => models.use(id, 1)?.imageCost.base;
  assert.deepEqual(
    ['gpt-4o-mini', 'openai/gpt-oss-20b', 'gpt-4o', 'openai/gpt-oss-120b'].map(base),
    [2833, 2833, 85, 85],
  );
});

test('the id of a model is ready as JSON, and its bodies are JSON', () => {
  const model = catalog().use('a/"b"\\c\u2028', 1);
  assert.ok(model !== undefined);
  assert.equal(JSON.parse(model.idJson), model.id);
  assert.equal(JSON.parse(modelJson(model)).id, model.id);
  assert.deepEqual(JSON.parse(capabilitiesJson(model)), {
    id: model.id,
    object: 'model.capabilities',
    context_window: 8192,
    max_output_tokens: 4096,
    supports_vision: false,
    supports_audio: false,
    supports_tools: true,
    training_cutoff: null,
    pricing: null,
  });
});

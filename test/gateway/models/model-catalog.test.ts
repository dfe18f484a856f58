import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  capabilitiesJson,
  findEntry,
  MODEL_PAGE_MAX,
  ModelCatalog,
  type ModelCatalogConfig,
  modelJson,
} from '../../../gateway/models/model-catalog.ts';

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

/** The first page, whole. */
function listOf(models: ModelCatalog) {
  return JSON.parse(models.pageJson({ limit: MODEL_PAGE_MAX, after: undefined }) ?? '');
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
  const list = listOf(catalog());
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
  const listed = listOf(models).data.at(-1);
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

test('pages of the list, each after the last model of the one before, give every model once', () => {
  const models = catalog();
  for (let n = models.size; n < 2_500; n++) models.use(`model "${n}"`, 1);
  for (const limit of [1, 7, 999, MODEL_PAGE_MAX]) {
    const ids: string[] = [];
    let after: string | undefined;
    for (let hasMore = true; hasMore && ids.length < 3_000; ) {
      const page = JSON.parse(models.pageJson({ limit, after }) ?? '');
      assert.ok(page.data.length <= limit);
      assert.equal(page.first_id, page.data[0].id);
      assert.equal(page.last_id, page.data.at(-1).id);
      ids.push(...page.data.map(({ id }: { id: string }) => id));
      after = page.last_id;
      hasMore = page.has_more;
    }
    assert.equal(new Set(ids).size, 2_500, `pages of ${limit}`);
    assert.equal(ids.length, 2_500);
  }
});

test('a page after the last model is empty, and after no model is none', () => {
  const models = catalog();
  const last = listOf(models).last_id;
  assert.deepEqual(JSON.parse(models.pageJson({ limit: 5, after: last }) ?? ''), {
    object: 'list',
    data: [],
    first_id: null,
    last_id: null,
    has_more: false,
  });
  assert.equal(models.pageJson({ limit: 5, after: 'no-such-model' }), undefined);
});

test('a page is written again only when it has changed, and is bounded', (t) => {
  const models = catalog();
  for (let n = models.size; n < 10_000; n++) models.use(`model-${n}`, 1);
  const stringify = t.mock.method(JSON, 'stringify');
  const first = models.pageJson({ limit: MODEL_PAGE_MAX, after: undefined }) ?? '';
  assert.equal(stringify.mock.callCount(), MODEL_PAGE_MAX);
  assert.ok(first.length < 1.5e6, `${first.length} characters`);
  models.pageJson({ limit: MODEL_PAGE_MAX, after: undefined });
  assert.equal(stringify.mock.callCount(), MODEL_PAGE_MAX);
});

test('a page tells of a model that came after it', () => {
  const models = catalog();
  const limit = models.size;
  assert.equal(JSON.parse(models.pageJson({ limit, after: undefined }) ?? '').has_more, false);
  models.use('one-more', 1);
  assert.equal(JSON.parse(models.pageJson({ limit, after: undefined }) ?? '').has_more, true);
  assert.equal(listOf(models).data.at(-1).id, 'one-more');
});

import { type ImageCost, SMALL_MODEL_IMAGE_COST, STANDARD_IMAGE_COST } from './media-tokens.ts';
import { MODEL_TABLE, type ModelEntry, type Pricing } from './model-table.ts';
import { globMatcher } from './reasoning.ts';

/** All that serving a request needs to know about its model. */
export interface Model {
  readonly id: string;
  /**
   * The id as a JSON string literal, quotes included, for answers that are built by concatenation.
   */
  readonly idJson: string;
  /** Unix seconds. */
  readonly createdS: number;
  readonly owner: string;
  /** The model that a fine-tuned one is based on, else its own id. */
  readonly root: string;
  /** Context window in tokens. */
  readonly window: number;
  readonly maxOutput: number;
  readonly pricing: Pricing | null;
  readonly vision: boolean;
  readonly audio: boolean;
  readonly tools: boolean;
  readonly trainingCutoff: string | null;
  /** Thinks before it answers, unless the request says otherwise. */
  readonly reasoning: boolean;
  readonly imageCost: ImageCost;
}

export interface ModelCatalogConfig {
  /** Unknown ids become models when an inference request first names them. */
  readonly autoCreate: boolean;
  /** Window of ids that the table does not know, in tokens. */
  readonly defaultWindow: number;
  /** Models that are kept; a request for one more is served all the same, but leaves no record. */
  readonly maxModels: number;
  /** Globs on the whole id. */
  readonly reasoningModels: readonly string[];
  /** When the models of the table came to be, in Unix seconds. */
  readonly createdS: number;
}

/** The models of one server: those of the table, and those that requests have created. */
export class ModelCatalog {
  readonly #config: ModelCatalogConfig;
  readonly #models = new Map<string, Model>();
  readonly #reasons: (id: string) => boolean;
  #unlisted = 0;

  constructor(config: ModelCatalogConfig) {
    this.#config = config;
    this.#reasons = globMatcher(config.reasoningModels);
    for (const entry of MODEL_TABLE) {
      if (entry.unlisted === undefined)
        this.#models.set(entry.id, this.#build(entry.id, config.createdS));
    }
  }

  get size(): number {
    return this.#models.size;
  }

  /** How often a model was served without being kept, since the catalog was full. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** The model of an inference request, created on first use. Undefined: there is no such model. */
  use(id: string, nowS: number): Model | undefined {
    const known = this.#models.get(id);
    if (known !== undefined || !this.#config.autoCreate) return known;
    const model = this.#build(id, nowS);
    if (this.#models.size < this.#config.maxModels) this.#models.set(id, model);
    else this.#unlisted++;
    return model;
  }

  /** The record that `use` would give, without creating the model. */
  find(id: string, nowS: number): Model | undefined {
    const known = this.#models.get(id);
    if (known !== undefined || !this.#config.autoCreate) return known;
    return this.#build(id, nowS);
  }

  /** The body of `GET /v1/models`. */
  listJson(): string {
    return `{"object":"list","data":[${[...this.#models.values()].map(modelJson).join(',')}]}`;
  }

  #build(id: string, createdS: number): Model {
    const entry = findEntry(id);
    const tuned = fineTuned(id);
    const known = entry?.id === id ? entry : undefined;
    return {
      id,
      idJson: JSON.stringify(id),
      createdS,
      owner: known?.owner ?? tuned?.organization ?? 'custom',
      root: tuned?.base ?? id,
      window: entry?.window ?? this.#config.defaultWindow,
      maxOutput: entry?.maxOutput ?? DEFAULT_MAX_OUTPUT,
      pricing: entry?.pricing ?? null,
      vision: entry?.vision ?? false,
      audio: entry?.audio ?? false,
      tools: entry?.tools ?? entry === undefined,
      trainingCutoff: entry?.trainingCutoff ?? null,
      reasoning: this.#reasons(id),
      imageCost: SMALL_MODEL.test(id) ? SMALL_MODEL_IMAGE_COST : STANDARD_IMAGE_COST,
    };
  }
}

/** Listed first: what clients take that name no model. */
export const DEFAULT_MODEL = MODEL_TABLE[0]?.id ?? '';

const DEFAULT_MAX_OUTPUT = 4096;
const SMALL_MODEL = /mini|gpt-oss-20b/i;

const ENTRIES_BY_ID: ReadonlyMap<string, ModelEntry> = new Map(
  MODEL_TABLE.map((entry) => [entry.id.toLowerCase(), entry]),
);
const ENTRIES_LONGEST_FIRST: readonly ModelEntry[] = [...MODEL_TABLE].sort(
  (a, b) => b.id.length - a.id.length,
);

/**
 * The entry that describes `id`: that id, the one without `org/`, or the base of `ft:base:…`, in
 * this order, else the entry that is the longest prefix of one of these. Case does not matter.
 */
export function findEntry(id: string): ModelEntry | undefined {
  const names = [id];
  if (id.includes('/')) names.push(id.slice(id.indexOf('/') + 1));
  const base = fineTuned(id)?.base;
  if (base !== undefined) names.push(base);
  const lowered = names.map((name) => name.toLowerCase());
  for (const name of lowered) {
    const entry = ENTRIES_BY_ID.get(name);
    if (entry !== undefined) return entry;
  }
  return ENTRIES_LONGEST_FIRST.find((entry) =>
    lowered.some((name) => name.startsWith(entry.id.toLowerCase())),
  );
}

/** Reads `ft:base:organization:suffix:job`. */
function fineTuned(id: string): { base: string; organization: string | undefined } | undefined {
  const [prefix, base, organization] = id.split(':');
  if (prefix !== 'ft' || base === undefined || base === '') return undefined;
  return { base, organization: organization === '' ? undefined : organization };
}

/** The body of `GET /v1/models/{id}`, and an element of the list. */
export function modelJson(model: Model): string {
  return JSON.stringify({
    id: model.id,
    object: 'model',
    created: model.createdS,
    owned_by: model.owner,
    root: model.root,
    parent: null,
    max_model_len: model.window,
    permission: [permission(model)],
    ...capabilities(model),
  });
}

/** The body of `GET /v1/models/{id}/capabilities`. */
export function capabilitiesJson(model: Model): string {
  return JSON.stringify({ id: model.id, object: 'model.capabilities', ...capabilities(model) });
}

function capabilities(model: Model) {
  const { pricing } = model;
  return {
    context_window: model.window,
    max_output_tokens: model.maxOutput,
    supports_vision: model.vision,
    supports_audio: model.audio,
    supports_tools: model.tools,
    training_cutoff: model.trainingCutoff,
    pricing:
      pricing === null
        ? null
        : {
            input_per_million: pricing.inputPerMillion,
            output_per_million: pricing.outputPerMillion,
            cached_input_per_million: pricing.cachedInputPerMillion,
          },
  };
}

/** Old clients read the permissions of a model; everybody may use every one. */
function permission(model: Model) {
  return {
    id: `modelperm-${model.id}`,
    object: 'model_permission',
    created: model.createdS,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  };
}

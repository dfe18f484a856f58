import { LRUCache } from 'lru-cache';
import {
  type ImageCost,
  SMALL_MODEL_IMAGE_COST,
  STANDARD_IMAGE_COST,
} from '../prompt/media-tokens.ts';
import { globMatcher } from './glob-matcher.ts';
import { MODEL_TABLE, type ModelEntry, type Pricing } from './model-table.ts';

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

/** Models on one page of the list, at most and by default. */
export const MODEL_PAGE_MAX = 1000;

/** Some 50 pages of the largest size. */
const PAGE_CACHE_CHARS = 1 << 26;

/** What the list is asked for: `limit` models, from 1 to `MODEL_PAGE_MAX`, that follow `after`. */
export interface ModelPageQuery {
  readonly limit: number;
  /** The id of a listed model; undefined for the start of the list. */
  readonly after: string | undefined;
}

/**
 * The models of one server: those of the table, and those that requests have created. Once listed,
 * a model stays as it is and where it is.
 */
export class ModelCatalog {
  readonly #config: ModelCatalogConfig;
  readonly #models: Model[] = [];
  readonly #positions = new Map<string, number>();
  readonly #pages = new LRUCache<string, string>({
    maxSize: PAGE_CACHE_CHARS,
    sizeCalculation: ({ length }) => length,
  });
  readonly #reasons: (id: string) => boolean;
  #unlisted = 0;

  constructor(config: ModelCatalogConfig) {
    this.#config = config;
    this.#reasons = globMatcher(config.reasoningModels);
    for (const entry of MODEL_TABLE) {
      if (entry.unlisted === undefined) this.#list(this.#build(entry.id, config.createdS));
    }
  }

  get size(): number {
    return this.#models.length;
  }

  /** How often a model was served without being kept, since the catalog was full. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** The model of an inference request, created on first use. Undefined: there is no such model. */
  use(id: string, nowS: number): Model | undefined {
    const known = this.#listed(id);
    if (known !== undefined || !this.#config.autoCreate) return known;
    const model = this.#build(id, nowS);
    if (this.#models.length < this.#config.maxModels) this.#list(model);
    else this.#unlisted++;
    return model;
  }

  /** The record that `use` would give, without creating the model. */
  find(id: string, nowS: number): Model | undefined {
    const known = this.#listed(id);
    if (known !== undefined || !this.#config.autoCreate) return known;
    return this.#build(id, nowS);
  }

  /** The body of `GET /v1/models`. Undefined: no model of the id `after` is listed. */
  pageJson({ limit, after }: ModelPageQuery): string | undefined {
    const last = after === undefined ? -1 : this.#positions.get(after);
    if (last === undefined) return undefined;
    const start = last + 1;
    const end = Math.min(start + limit, this.#models.length);
    const hasMore = end < this.#models.length;
    // Since models stay as they are, so does what these three determine.
    const key = `${start} ${end} ${hasMore}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = pageJson(this.#models.slice(start, end), hasMore);
      this.#pages.set(key, page);
    }
    return page;
  }

  #listed(id: string): Model | undefined {
    const position = this.#positions.get(id);
    return position === undefined ? undefined : this.#models[position];
  }

  #list(model: Model): void {
    this.#positions.set(model.id, this.#models.length);
    this.#models.push(model);
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

function pageJson(models: readonly Model[], hasMore: boolean): string {
  const data = models.map(modelJson).join(',');
  const firstId = models[0]?.idJson ?? null;
  const lastId = models.at(-1)?.idJson ?? null;
  return `{"object":"list","data":[${data}],"first_id":${firstId},"last_id":${lastId},"has_more":${hasMore}}`;
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

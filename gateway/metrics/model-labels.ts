/** Models that have series of their own; clients may make up any number of names. */
const MODEL_LABELS_MAX = 100;

/** Index of a model in the metrics, 0 .. MODEL_LABELS_MAX. */
export type ModelLabel = number;

/** Stands for every model after the first `MODEL_LABELS_MAX`. */
const OTHER: ModelLabel = MODEL_LABELS_MAX;

/** Gives the first hundred models a label each, and the rest one in common. */
export class ModelLabels {
  readonly #labels = new Map<string, ModelLabel>();
  readonly #names: string[] = [];
  #overflowed = false;

  /** The served model gets label 0, so that its series are there from the start. */
  constructor(servedModel: string) {
    this.labelOf(servedModel);
  }

  labelOf(model: string): ModelLabel {
    const known = this.#labels.get(model);
    if (known !== undefined) return known;
    if (this.#names.length === MODEL_LABELS_MAX) {
      this.#overflowed = true;
      return OTHER;
    }
    const label = this.#names.length;
    this.#names.push(model);
    this.#labels.set(model, label);
    return label;
  }

  /** Labels that have been given out: 0 .. count - 1. */
  get count(): number {
    return this.#names.length + Number(this.#overflowed);
  }

  nameOf(label: ModelLabel): string {
    return this.#names[label] ?? 'other';
  }
}

/** Rows that tables by model have. */
export const MODEL_ROWS = MODEL_LABELS_MAX + 1;

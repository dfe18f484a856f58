import type { LabelSets } from './label-sets.ts';

/** Models that have series of their own; clients may make up any number of names. */
const MODEL_LABELS_MAX = 100;

/** Index of a model in the metrics, 0 .. MODEL_LABELS_MAX. */
export type ModelLabel = number;

/** Name of the label of every further model, which is that of a model of this name as well. */
const OTHER = 'other';

/**
 * Gives the first hundred models a label each, and the rest one in common. No two labels have the
 * same name.
 */
export class ModelLabels {
  readonly #labels = new Map<string, ModelLabel>();
  readonly #names: string[] = [];

  /** The served model gets label 0, so that its series are there from the start. */
  constructor(servedModel: string) {
    this.labelOf(servedModel);
  }

  labelOf(model: string): ModelLabel {
    const known = this.#labels.get(model);
    if (known !== undefined) return known;
    // Halves of a surrogate pair would all be written as the same character.
    const name = model.toWellFormed();
    if (name !== model) return this.labelOf(name);
    if (this.#names.length >= MODEL_LABELS_MAX && name !== OTHER) return this.labelOf(OTHER);
    const label = this.#names.length;
    this.#names.push(name);
    this.#labels.set(name, label);
    return label;
  }

  /** Labels that have been given out: 0 .. count - 1. */
  get count(): number {
    return this.#names.length;
  }

  /** A series for each model. */
  as(label: string): LabelSets {
    const count = () => this.count;
    return {
      get count() {
        return count();
      },
      at: (model) => ({ [label]: this.nameOf(model) }),
    };
  }

  nameOf(label: ModelLabel): string {
    return this.#names[label] ?? OTHER;
  }
}

/** Rows that tables by model have. */
export const MODEL_ROWS = MODEL_LABELS_MAX + 1;

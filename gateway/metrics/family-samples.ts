import type { Family, HistogramFamily } from './family.ts';
import type { Labels } from './label-sets.ts';

/** One line of the exposition as prom-client takes it. */
export interface Sample {
  value: number;
  readonly labels: Labels;
  /** prom-client keeps the text of each of these objects, which halves the time of a large page. */
  readonly sharedLabels: Labels;
  /** The family's, unless told. */
  readonly metricName?: string;
}

const NO_LABELS: Labels = {};

/** The lines of a family: made once for each series, and given their values at each look. */
export class FamilySamples {
  readonly family: Family;
  readonly #samples: Sample[] = [];
  /** Indices of the series that have lines, in the order of their lines. */
  readonly #shown: number[] = [];
  readonly #isShown: boolean[] = [];

  constructor(family: Family) {
    this.family = family;
    this.#addSeries();
  }

  /** All lines as of `nowUs`. They are the same objects at the next look, with other values. */
  at(nowUs: number): Sample[] {
    this.#addSeries();
    const { family } = this;
    if (family.type === 'histogram') this.#fillHistogram(family);
    else {
      for (let i = 0; i < this.#shown.length; i++)
        this.#set(i, family.read(this.#shown[i] ?? 0, nowUs));
    }
    return this.#samples;
  }

  /** Adds lines for the series that have come up since the last look. */
  #addSeries(): void {
    const { family } = this;
    for (let index = 0; index < family.labels.count; index++) {
      if (this.#isShown[index]) continue;
      const labels = family.labels.at(index);
      this.#isShown[index] = labels !== undefined;
      if (labels === undefined) continue;
      this.#shown.push(index);
      if (family.type !== 'histogram')
        this.#samples.push({ value: 0, labels: NO_LABELS, sharedLabels: labels });
      else this.#samples.push(...histogramSamples(family, labels));
    }
  }

  #fillHistogram({ read, unit }: HistogramFamily): void {
    const buckets = read.bounds.length + 1;
    let line = 0;
    for (const row of this.#shown) {
      let count = 0;
      for (let bucket = 0; bucket < buckets; bucket++) {
        count += read.countIn(row, bucket);
        this.#set(line++, count);
      }
      this.#set(line++, read.sumOf(row) / unit);
      this.#set(line++, count);
    }
  }

  #set(line: number, value: number): void {
    const sample = this.#samples[line];
    if (sample !== undefined) sample.value = value;
  }
}

function histogramSamples({ name, read, unit }: HistogramFamily, labels: Labels): Sample[] {
  const ends = [...read.bounds.map((bound) => decimal(bound / unit)), '+Inf'];
  return [
    ...ends.map((le) => sample(`${name}_bucket`, { ...labels, le })),
    sample(`${name}_sum`, { ...labels }),
    sample(`${name}_count`, { ...labels }),
  ];
}

function sample(metricName: string, sharedLabels: Labels): Sample {
  return { value: 0, labels: NO_LABELS, sharedLabels, metricName };
}

/** As the Python client writes bounds, which OpenMetrics asks for: `1.0`, not `1`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

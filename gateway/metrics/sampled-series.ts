import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import type { HistogramRows } from './histogram-rows.ts';

/** Labels of a series. prom-client renders each object once and keeps the text. */
export type Labels = Readonly<Record<string, string>>;

/** Either of the two formats. */
export type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

/** One line of the exposition as prom-client takes it. */
interface Sample {
  value: number;
  readonly labels: Labels;
  readonly sharedLabels: Labels;
  readonly metricName?: string;
}

interface Family {
  readonly registry: AnyRegistry;
  readonly name: string;
  readonly help: string;
}

const NO_LABELS: Labels = {};

/** Series of a counter or a gauge that are read when they are rendered. */
class SampledValues {
  readonly #samples: Sample[] = [];
  readonly #reads: (() => number)[] = [];

  add(labels: Labels, read: () => number): void {
    this.#samples.push({ value: 0, labels: NO_LABELS, sharedLabels: labels });
    this.#reads.push(read);
  }

  read(): Sample[] {
    for (let i = 0; i < this.#samples.length; i++) {
      const sample = this.#samples[i];
      if (sample !== undefined) sample.value = this.#reads[i]?.() ?? 0;
    }
    return this.#samples;
  }
}

/** A counter of prom-client whose values live elsewhere. */
export class SampledCounter extends Counter {
  readonly #values = new SampledValues();

  /** `name` ends in `_total`, which prom-client itself appends in OpenMetrics. */
  constructor({ registry, name, help }: Family) {
    const isOpenMetrics = registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE;
    super({
      name: isOpenMetrics ? name.replace(/_total$/, '') : name,
      help,
      registers: [registry],
    });
  }

  /** Adds a series. Returns the counter. */
  series(labels: Labels, read: () => number): this {
    this.#values.add(labels, read);
    return this;
  }

  override async get() {
    return { ...(await super.get()), values: this.#values.read() };
  }
}

/** A gauge of prom-client whose values live elsewhere. */
export class SampledGauge extends Gauge {
  readonly #values = new SampledValues();

  constructor({ registry, name, help }: Family) {
    super({ name, help, registers: [registry] });
  }

  /** Adds a series. Returns the gauge. */
  series(labels: Labels, read: () => number): this {
    this.#values.add(labels, read);
    return this;
  }

  override async get() {
    return { ...(await super.get()), values: this.#values.read() };
  }
}

/** A histogram of prom-client whose values live in `HistogramRows`. */
export class SampledHistogram extends Histogram {
  readonly #family: Family;
  readonly #rows: HistogramRows;
  readonly #scale: number;
  readonly #added: { readonly row: number; readonly samples: readonly Sample[] }[] = [];

  /** `scale` units of the rows make one of the series: 1e6 for seconds. */
  constructor(family: Family, rows: HistogramRows, scale = 1) {
    super({ name: family.name, help: family.help, registers: [family.registry], buckets: [] });
    this.#family = family;
    this.#rows = rows;
    this.#scale = scale;
  }

  /** Adds the series of a row. Returns the histogram. */
  series(labels: Labels, row: number): this {
    const { name } = this.#family;
    const ends = [...this.#rows.bounds.map((bound) => decimal(bound / this.#scale)), '+Inf'];
    const samples: Sample[] = ends.map((le) => sample(`${name}_bucket`, { ...labels, le }));
    samples.push(sample(`${name}_sum`, { ...labels }), sample(`${name}_count`, { ...labels }));
    this.#added.push({ row, samples });
    return this;
  }

  /** What prom-client calls to render a histogram, and to list it as JSON. */
  getForPromString() {
    const values: Sample[] = [];
    for (const { row, samples } of this.#added) {
      this.#fill(row, samples);
      values.push(...samples);
    }
    const { name, help } = this.#family;
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
  }

  #fill(row: number, samples: readonly Sample[]): void {
    const rows = this.#rows;
    const buckets = rows.bounds.length + 1;
    let count = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      count += rows.countIn(row, bucket);
      setValue(samples[bucket], count);
    }
    setValue(samples[buckets], rows.sumOf(row) / this.#scale);
    setValue(samples[buckets + 1], count);
  }
}

function sample(metricName: string, sharedLabels: Labels): Sample {
  return { value: 0, labels: NO_LABELS, sharedLabels, metricName };
}

function setValue(line: Sample | undefined, value: number): void {
  if (line !== undefined) line.value = value;
}

/** As the Python client writes bounds, which OpenMetrics asks for: `1.0`, not `1`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

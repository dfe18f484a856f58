import { setImmediate } from 'node:timers/promises';
import { type Metric, type OpenMetricsContentType, Registry } from 'prom-client';
import type { ClusterFigures } from './cluster-figures.ts';
import { fakeaiFamilies } from './fakeai-families.ts';
import { FamilySamples } from './family-samples.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { processFamilies } from './process-families.ts';
import { vllmFamilies } from './vllm-families.ts';

/** A rendered page and its Content-Type. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** All metrics as Prometheus scrapes them. Every series is there from the start, with 0. */
export class PrometheusView {
  readonly #text: Page;
  readonly #openMetrics: Page;

  constructor(metrics: GatewayMetrics, cluster: ClusterFigures) {
    const families = [
      ...fakeaiFamilies(metrics, cluster),
      ...vllmFamilies(metrics),
      ...processFamilies(),
    ].map((family) => new FamilySamples(family));
    this.#text = new Page(new Registry(), families);
    const openMetrics = new Registry<OpenMetricsContentType>();
    openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    this.#openMetrics = new Page(openMetrics, families);
  }

  /** The text format 0.0.4, or OpenMetrics if `accept`, a header, asks for that. */
  render(accept: string, nowUs: number): Promise<Exposition> {
    const page = accept.includes('application/openmetrics-text') ? this.#openMetrics : this.#text;
    return page.render(nowUs);
  }
}

/** Some 500 lines, which take less than a millisecond. */
const CHARS_BETWEEN_PAUSES = 40_000;

class Page {
  readonly #registry: Registry | Registry<OpenMetricsContentType>;
  #nowUs = 0;
  #underWay: Promise<Exposition> | undefined;
  /** The turn of the event loop in which the last who asked is given the page. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    registry: Registry | Registry<OpenMetricsContentType>,
    families: readonly FamilySamples[],
  ) {
    this.#registry = registry;
    for (const samples of families) this.#register(samples);
  }

  /**
   * Rendered once for all that ask while it is under way. Each is given it in a turn of the event
   * loop of its own: to write a page of megabytes takes milliseconds.
   */
  async render(nowUs: number): Promise<Exposition> {
    this.#underWay ??= this.#render(nowUs).finally(() => {
      this.#underWay = undefined;
    });
    const page = await this.#underWay;
    this.#turn = this.#turn.then(() => setImmediate());
    await this.#turn;
    return page;
  }

  /**
   * A registry renders whatever has a name and a `get` that gives samples: so it does with the sums
   * that prom-client's own `AggregatorRegistry` makes. Its types know only its own four classes.
   */
  #register(samples: FamilySamples): void {
    const { type, help } = samples.family;
    // In OpenMetrics a counter's name does not end in `_total`; prom-client appends it to samples.
    const isShort = type === 'counter' && this.#isOpenMetrics;
    const name = isShort ? samples.family.name.replace(/_total$/, '') : samples.family.name;
    const metric = {
      name,
      type,
      help,
      get: () => ({ name, type, help, values: samples.at(this.#nowUs) }),
    };
    // biome-ignore lint/nursery/noUnsafeTypeAssertion: see above.
    this.#registry.registerMetric(metric as unknown as Metric);
  }

  get #isOpenMetrics(): boolean {
    return this.#registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE;
  }

  /** What `Registry.metrics` gives, but with pauses, in which tokens can be written. */
  async #render(nowUs: number): Promise<Exposition> {
    this.#nowUs = nowUs;
    const registry = this.#registry;
    const families: string[] = [];
    let chars = 0;
    for (const { name } of registry.getMetricsAsArray()) {
      const family = await registry.getSingleMetricAsString(name);
      families.push(family);
      chars += family.length;
      if (chars > CHARS_BETWEEN_PAUSES) {
        chars = 0;
        await setImmediate();
      }
    }
    if (this.#isOpenMetrics) families.push('# EOF');
    return { contentType: registry.contentType, text: `${families.join('\n')}\n` };
  }
}

import { setImmediate } from 'node:timers/promises';
import { type OpenMetricsContentType, Registry } from 'prom-client';
import type { ClusterFigures } from './cluster-figures.ts';
import { FakeaiSeries } from './fakeai-series.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { addProcessSeries } from './process-series.ts';
import type { AnyRegistry } from './sampled-series.ts';
import { VllmSeries } from './vllm-series.ts';

/** A rendered page and its Content-Type. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** All metrics as Prometheus scrapes them. Every series is there from the start, with 0. */
export class PrometheusView {
  readonly #metrics: GatewayMetrics;
  readonly #cluster: ClusterFigures;
  readonly #text: Page;
  #openMetrics: Page | undefined;

  constructor(metrics: GatewayMetrics, cluster: ClusterFigures) {
    this.#metrics = metrics;
    this.#cluster = cluster;
    this.#text = new Page(new Registry(), metrics, cluster);
  }

  /** The text format 0.0.4, or OpenMetrics if `accept`, a header, asks for that. */
  render(accept: string, nowUs: number): Promise<Exposition> {
    if (!accept.includes(OPENMETRICS)) return this.#text.render(nowUs);
    // A counter has another name in this format, so it has series of its own.
    this.#openMetrics ??= new Page(openMetricsRegistry(), this.#metrics, this.#cluster);
    return this.#openMetrics.render(nowUs);
  }
}

const OPENMETRICS = 'application/openmetrics-text';
/** Some 500 lines, which take less than a millisecond. */
const CHARS_BETWEEN_PAUSES = 40_000;

function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

class Page {
  readonly #registry: AnyRegistry;
  readonly #metrics: GatewayMetrics;
  readonly #fakeai: FakeaiSeries;
  readonly #vllm: VllmSeries;
  #modelsShown = 0;
  #nowUs = 0;
  #underWay: Promise<Exposition> | undefined;
  /** The turn of the event loop in which the last who asked is given the page. */
  #turn: Promise<void> = Promise.resolve();

  constructor(registry: AnyRegistry, metrics: GatewayMetrics, cluster: ClusterFigures) {
    this.#registry = registry;
    this.#metrics = metrics;
    this.#fakeai = new FakeaiSeries(registry, metrics, cluster, () => this.#nowUs);
    this.#vllm = new VllmSeries(registry, metrics);
    addProcessSeries(registry);
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

  async #render(nowUs: number): Promise<Exposition> {
    this.#nowUs = nowUs;
    this.#fakeai.addStatuses();
    for (; this.#modelsShown < this.#metrics.answers.models.count; this.#modelsShown++) {
      this.#fakeai.addModel(this.#modelsShown);
      this.#vllm.addModel(this.#modelsShown);
    }
    return { contentType: this.#registry.contentType, text: await this.#text() };
  }

  /** What `Registry.metrics` gives, but with pauses, in which tokens can be written. */
  async #text(): Promise<string> {
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
    if (registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE) families.push('# EOF');
    return `${families.join('\n')}\n`;
  }
}

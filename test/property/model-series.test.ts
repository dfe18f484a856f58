import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrometheusView } from '../../gateway/metrics/prometheus-view.ts';
import { parseExposition } from '../gateway/metrics/exposition-parser.ts';
import { anAnswer, CLUSTER, emptyMetrics } from '../gateway/metrics/traffic.ts';
import { fc } from '../support/property.ts';

/** Names that a client may well make up, and those that it only could. */
const name = fc.oneof(
  fc.constantFrom('other', 'Other', ' ', '"', '\\', '\\n', '\n', '\r', '\t', 'a\\', 'le="+Inf"'),
  fc.constantFrom('\ud800', '\ud801', '\udc00', '\ufffd', '\0', '{}', 'a",model_name="b'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 256 }),
  fc.string({ minLength: 256, maxLength: 256 }),
);

test('whatever models are called, no series comes twice and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(name, { maxLength: 30 }), fc.boolean(), async (names, isFull) => {
      const metrics = emptyMetrics();
      const { models } = metrics.answers;
      if (isFull) for (let i = models.count; i < 100; i++) models.labelOf(`model-${i}`);
      for (const each of names) {
        metrics.answers.ended(anAnswer({ model: models.labelOf(each) }), 10);
      }
      const view = new PrometheusView(metrics, CLUSTER);
      for (const accept of ['', 'application/openmetrics-text']) {
        const { text } = await view.render(accept, 1e6);
        // What a scraper reads are bytes in UTF-8.
        const bytes = Buffer.from(text).toString();
        const families = parseExposition(bytes, accept === '' ? 'text' : 'openmetrics');
        const requests = families.get(`fakeai_model_requests${accept === '' ? '_total' : ''}`);
        let counted = 0;
        for (const value of requests?.samples.values() ?? []) counted += value;
        assert.equal(counted, names.length);
      }
    }),
    { numRuns: 15, seed: 1 },
  );
});

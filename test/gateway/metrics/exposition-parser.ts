import assert from 'node:assert/strict';

/** One metric family of an exposition. */
export interface Family {
  readonly name: string;
  readonly type: string;
  /** Values by series, written `name{a="b"}` with labels in the order of the exposition. */
  readonly samples: Map<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? ([-+0-9.e]+|\\+Inf)$`);
const HEADER = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);

/**
 * Reads the text format 0.0.4, or OpenMetrics, and fails on anything that either forbids: families
 * that are interrupted or come twice, series that come twice, buckets that are out of order or do
 * not add up, values that are not numbers.
 */
export function parseExposition(text: string, format: 'text' | 'openmetrics'): Map<string, Family> {
  assert.ok(text.endsWith(format === 'text' ? '\n' : '\n# EOF\n'), 'the end');
  const body = format === 'text' ? text : text.slice(0, -'# EOF\n'.length);
  const families = new Map<string, Family>();
  let help = '';
  let family: Family | undefined;
  for (const line of body.split('\n')) {
    if (line === '') continue;
    const header = HEADER.exec(line);
    if (header !== null) {
      const [, keyword, name = '', rest = ''] = header;
      if (keyword === 'HELP') {
        help = name;
      } else {
        assert.equal(name, help, 'TYPE follows HELP of the same name');
        assert.ok(!families.has(name), `${name} comes once`);
        family = { name, type: rest, samples: new Map() };
        families.set(name, family);
      }
      continue;
    }
    const match = SAMPLE.exec(line);
    assert.ok(match !== null, `not a sample: ${line}`);
    assert.ok(family !== undefined, `a sample without a family: ${line}`);
    const [, name = '', labels, value = ''] = match;
    assert.ok(isSampleOf(name, family, format), `${name} in the family ${family.name}`);
    const series = labels === undefined ? name : `${name}{${labels}}`;
    assert.ok(!family.samples.has(series), `${series} comes once`);
    assert.ok(Number.isFinite(Number(value)), `${series} is finite`);
    family.samples.set(series, Number(value));
  }
  for (const each of families.values()) if (each.type === 'histogram') checkBuckets(each);
  return families;
}

function isSampleOf(name: string, family: Family, format: 'text' | 'openmetrics'): boolean {
  if (family.type === 'histogram') {
    return ['_bucket', '_sum', '_count'].some((suffix) => name === family.name + suffix);
  }
  if (family.type === 'counter') {
    assert.ok(name.endsWith('_total'), `${name} is a counter and ends in _total`);
    return name === (format === 'text' ? family.name : `${family.name}_total`);
  }
  return family.type === 'gauge' && name === family.name;
}

/** Buckets of each series rise in bound and count, and the last one counts all. */
function checkBuckets({ name, samples }: Family): void {
  const series = new Map<string, { le: number; count: number }[]>();
  for (const [sample, count] of samples) {
    const match = /_bucket\{(.*?),?le="([^"]+)"\}$/.exec(sample);
    if (match === null) continue;
    const [, labels = '', le = ''] = match;
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    assert.ok(le === '+Inf' || le.includes('.'), `${sample}: a bound is written as a decimal`);
    series.set(labels, [...(series.get(labels) ?? []), { le: bound, count }]);
  }
  assert.ok(series.size > 0, `${name} has buckets`);
  for (const [labels, buckets] of series) {
    for (const [i, bucket] of buckets.entries()) {
      const before = buckets[i - 1] ?? { le: Number.NEGATIVE_INFINITY, count: 0 };
      assert.ok(bucket.le > before.le && bucket.count >= before.count, `${name}{${labels}} rises`);
    }
    assert.equal(buckets.at(-1)?.le, Number.POSITIVE_INFINITY);
    const count = samples.get(labels === '' ? `${name}_count` : `${name}_count{${labels}}`);
    assert.equal(buckets.at(-1)?.count, count, `${name}{${labels}}: the last bucket counts all`);
  }
}

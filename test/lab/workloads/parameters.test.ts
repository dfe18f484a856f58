import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, quantity, resolveParameters } from '../../../lab/workloads/parameters.ts';

const TABLE = {
  requests: count(10, 1, 100, 'requests in all'),
  qps: quantity(2.5, 0, 50, 'requests per second'),
};

test('every parameter has its default unless it is overridden', () => {
  assert.deepEqual(resolveParameters(TABLE, {}), { requests: 10, qps: 2.5 });
  assert.deepEqual(resolveParameters(TABLE, { qps: 0 }), { requests: 10, qps: 0 });
});

test('what a workload cannot have is refused, with what it can', () => {
  const bad: [Record<string, number>, RegExp][] = [
    [{ speed: 1 }, /no parameter speed; this workload has requests, qps/],
    [{ constructor: 1 }, /no parameter constructor/],
    [{ requests: 0 }, /requests is 0; expected an integer from 1 to 100/],
    [{ requests: 1.5 }, /requests is 1.5; expected an integer/],
    [{ qps: 51 }, /qps is 51; expected a number from 0 to 50/],
    [{ qps: Number.NaN }, /qps is NaN/],
  ];
  for (const [overrides, message] of bad) {
    const resolve = () => resolveParameters(TABLE, overrides);
    assert.throws(resolve, { name: 'WorkloadError', message });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminAccess } from '../../../gateway/admin/admin-access.ts';
import type { Route } from '../../../gateway/api/route.ts';
import { ROUTES } from '../../../gateway/api/routes.ts';
import { endpointRows, servedRoutes } from '../../../gateway/api/served-routes.ts';
import { Endpoints } from '../../../gateway/metrics/endpoints.ts';
import { errorBody } from '../../../shared/errors.ts';

const open = () => () => {};
const ANSWERS = {
  method: 'POST',
  path: '/answers',
  access: 'key',
  generates: true,
  open,
} satisfies Route<unknown>;
const TABLE: readonly Route<unknown>[] = [
  ANSWERS,
  { method: 'GET', path: '/things/{id}', access: 'public', open },
  { method: 'GET', path: '/both', access: 'public', open },
  { method: 'POST', path: '/both', access: 'public', open },
  { method: 'GET', path: '/alias', access: 'public', countedAs: '/both', open },
  { method: 'GET', path: '/secret', access: 'admin', open },
  { ...ANSWERS, path: '/of/{thing}/answers', countedAs: '/answers' },
  { method: 'POST', path: '/secret/{x}', access: 'admin', countedAs: 'other', open },
];
const ENDPOINTS = new Endpoints(endpointRows(TABLE));

test('each path is counted once, with its method, or any if it has several', () => {
  assert.deepEqual(
    ENDPOINTS.rows.map(({ path, method, generates }) => [path, method, generates]),
    [
      ['/answers', 'POST', true],
      ['/things/{id}', 'GET', false],
      ['/both', 'any', false],
      ['/secret', 'GET', false],
      ['other', 'other', false],
    ],
  );
});

test('a segment in braces takes any, and the last one all that follows', () => {
  const patterns = servedRoutes(TABLE, undefined, ENDPOINTS, {}).map(({ pattern, endpoint }) => [
    pattern,
    endpoint,
  ]);
  assert.deepEqual(patterns, [
    ['/answers', 0],
    ['/things/*', 1],
    ['/both', 2],
    ['/both', 2],
    ['/alias', 2],
    ['/of/:thing/answers', 0],
  ]);
});

test('routes of administration are served where somebody may use them, to no other origin', () => {
  const admin = new AdminAccess({ keys: [], scheme: 'http' });
  const served = servedRoutes(TABLE, undefined, ENDPOINTS, { admin });
  assert.deepEqual(
    served.flatMap(({ pattern, sameOrigin }) => (sameOrigin === true ? [pattern] : [])),
    ['/secret', '/secret/*'],
  );
});

test('a route that writes errors in a shape of its own is served with it', () => {
  const ownBody = () => '{}';
  const own: readonly Route<unknown>[] = [
    { method: 'POST', path: '/answers', access: 'key', errorBody: ownBody, open },
    { method: 'GET', path: '/both', access: 'public', open },
  ];
  const served = servedRoutes(own, undefined, ENDPOINTS, {});
  assert.deepEqual(
    served.map((each) => each.errorBody),
    [ownBody, errorBody],
  );
});

test('the table has one row for each method of a path, and no path counts under a missing one', () => {
  const rows = ROUTES.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(rows).size, rows.length);
  const paths = new Set(ROUTES.map(({ path }) => path));
  for (const { countedAs = 'other' } of ROUTES)
    assert.ok(countedAs === 'other' || paths.has(countedAs));
});

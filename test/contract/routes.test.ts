import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Route } from '../../gateway/api/route.ts';
import { ROUTES } from '../../gateway/api/routes.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** What every route of the table keeps to. */

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const KEY = 'a-key-of-both-sorts';

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --admin-api-keys ${KEY} --api-key ${KEY}`);
});
after(() => server.stop());

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  json = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = server;
    const sent = request({ port, method, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject).end(json);
  });
}

const WITH_KEY = { authorization: `Bearer ${KEY}` };

/** A path that a route matches. */
function pathOf({ path }: Pick<Route<never>, 'path'>): string {
  return path.replace(/\{\w+\}/, 'gpt-4o');
}

function methodsOf(path: string): string[] {
  return ROUTES.filter((route) => route.path === path).map(({ method }) => method);
}

for (const route of ROUTES) {
  const path = pathOf(route);

  describe(`${route.method} ${route.path}`, () => {
    it('answers, with and without a slash at the end', async () => {
      for (const each of route.path.endsWith('}') ? [path] : [path, `${path}/`]) {
        const { status, headers, body } = await send(route.method, each, WITH_KEY);
        const isUnknown = status === 404 && JSON.parse(body).error.code === 'unknown_url';
        assert.ok(!isUnknown && status !== 405 && status < 500, `${status}`);
        assert.ok(headers['x-request-id'] !== undefined);
      }
    });

    it('answers no other method, and names those of its path', async () => {
      const allowed = methodsOf(route.path);
      for (const method of METHODS.filter((each) => !allowed.includes(each))) {
        const { status, headers } = await send(method, path, WITH_KEY);
        assert.equal(status, 405);
        assert.equal(headers.allow, allowed.join(', '));
      }
    });

    it('answers HEAD as GET, without a body', async () => {
      if (route.method !== 'GET') return;
      const [get, head] = [await send('GET', path, WITH_KEY), await send('HEAD', path, WITH_KEY)];
      assert.equal(head.status, get.status);
      assert.equal(head.headers['content-type'], get.headers['content-type']);
      assert.equal(head.body, '');
    });

    it('lets those in whom its access names, and tells pages of other origins the same', async () => {
      const origin = 'https://elsewhere.example';
      const { status, headers } = await send(route.method, path, { origin });
      const isAdmin = route.access === 'admin';
      assert.equal(status === 401, route.access !== 'public');
      assert.equal(headers['access-control-allow-origin'], isAdmin ? undefined : origin);
      const preflight = await send('OPTIONS', path, {
        origin,
        'access-control-request-method': route.method,
      });
      assert.equal(preflight.status, 204);
      assert.equal('access-control-allow-methods' in preflight.headers, !isAdmin);
    });

    it('names the field of a body that is missing or of another type', async () => {
      const { schema } = route.schema ?? {};
      if (schema === undefined) {
        assert.ok(route.generates !== true, 'a body that workers answer is described');
        return;
      }
      const post = async (json: unknown) => {
        const { status, body } = await send('POST', path, WITH_KEY, JSON.stringify(json));
        const { param, message } = JSON.parse(body).error;
        // A family with another shape of errors names the field in the message.
        return [status, route.errorBody === undefined ? param : /'(\w+)'/.exec(message)?.[1]];
      };
      // A deployment in the path is the model, whatever a body says.
      const isAsked = (name: string) => name !== 'model' || !route.path.includes('{deployment}');
      const [first] = (schema.required ?? []).filter(isAsked);
      const [status, param] = await post({});
      assert.equal(status, 400);
      if (first !== undefined) assert.equal(param, first);
      const before: Record<string, string> = {};
      for (const [name, { type }] of Object.entries(schema.properties)) {
        if (type !== 'string' || !isAsked(name)) continue;
        assert.deepEqual(await post({ ...before, [name]: [] }), [400, name]);
        before[name] = 'a';
      }
    });

    it('is counted under a path of the table', () => {
      const { endpoints } = server.gateway.metrics;
      const row = endpoints.rows[endpoints.of(route.countedAs ?? route.path)];
      assert.equal(row?.path, route.countedAs ?? route.path);
      if (route.generates === true) assert.ok(row.generates);
    });
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiError } from '../../../shared/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { HttpHost, route, serveRoutes } from '../../support/http-host.ts';
import { RawConnection, rawPost } from '../../support/raw-connection.ts';

test('a body that is refused by its head takes no place among those under way', async () => {
  const refusing = new HttpHost();
  const routes = [
    route('POST', '/refused', (exchange) => exchange.refuse(apiError('missing_api_key', {}))),
  ];
  const served = await serveRoutes(routes, refusing);
  const connections = await Promise.all(
    Array.from({ length: 5 }, () => RawConnection.open(served.port)),
  );
  for (const connection of connections) connection.send(rawPost('/refused', 'body').slice(0, -1));
  await eventually('all are there', () => refusing.startedExchanges.length === 5);
  assert.equal(refusing.intake.bytesInFlight, 0);
  for (const connection of connections) {
    connection.send('y');
    assert.equal((await connection.readAnswer()).status, 401, 'not 503');
    await connection.close();
  }
  served.app.close();
});

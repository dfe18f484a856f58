import { apiError } from '../../shared/errors.ts';
import type { Route } from '../api/route.ts';
import type { FixtureBook } from '../fixtures/fixture-book.ts';
import { FixtureError } from '../fixtures/fixture-error.ts';
import type { Exchange } from '../http/exchange.ts';

const PATH = '/admin/fixtures';

export interface FixtureHost {
  readonly fixtures: FixtureBook;
}

/** Scripted answers: which there are and how often each has answered; read again; forgotten. */
export const FIXTURE_ROUTES: readonly Route<FixtureHost>[] = [
  {
    method: 'GET',
    path: PATH,
    access: 'admin',
    open: (host) => (exchange) => sendFixtures(host, exchange),
  },
  {
    method: 'POST',
    path: PATH,
    access: 'admin',
    open: (host) => (exchange) => reload(host, exchange),
  },
  {
    method: 'DELETE',
    path: PATH,
    access: 'admin',
    open: (host) => (exchange) => {
      host.fixtures.clear();
      sendFixtures(host, exchange);
    },
  },
];

function sendFixtures({ fixtures }: FixtureHost, exchange: Exchange): void {
  const rows = fixtures.fixtures.map(({ name, hits }) => ({ name, hits }));
  exchange.sendJson(200, JSON.stringify({ hits: fixtures.hits, fixtures: rows }));
}

/** The fixtures stay as they were if the file is wrong now. */
function reload(host: FixtureHost, exchange: Exchange): void {
  try {
    host.fixtures.reload();
  } catch (error) {
    if (!(error instanceof FixtureError)) throw error;
    const expected = 'a file of fixtures as docs/fixtures.md describes it';
    exchange.sendError(apiError('invalid_value', { param: 'file', got: error.message, expected }));
    return;
  }
  sendFixtures(host, exchange);
}

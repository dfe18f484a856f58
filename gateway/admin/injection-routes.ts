import type { Route } from '../api/route.ts';
import type { ErrorInjection } from '../policy/error-injection.ts';

const PATH = '/admin/error-injection';

export interface InjectionHost {
  readonly errorInjection: ErrorInjection;
}

/** Errors on purpose: what is injected and how often it was; its statistics start anew. */
export const INJECTION_ROUTES: readonly Route<InjectionHost>[] = [
  {
    method: 'GET',
    path: PATH,
    access: 'admin',
    open:
      ({ errorInjection }) =>
      (exchange) =>
        exchange.sendJson(200, JSON.stringify(errorInjection.view())),
  },
  {
    method: 'DELETE',
    path: PATH,
    access: 'admin',
    open:
      ({ errorInjection }) =>
      (exchange) => {
        errorInjection.reset();
        exchange.sendJson(200, JSON.stringify(errorInjection.view()));
      },
  },
];

import type { WorkerPool } from '../../engine/host/worker-pool.ts';
import type { SmartRouter } from '../../engine/router/smart-router.ts';
import { apiError, retryAfter } from '../../shared/errors.ts';
import { type WorkerId, workerId } from '../../shared/ids.ts';
import { FAULTS, type Fault, isFault } from '../../shared/protocol.ts';
import {
  maskSecrets,
  type SettingSources,
  type Settings,
} from '../../shared/settings/resolve-settings.ts';
import type { Route } from '../api/route.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';
import { FIXTURE_ROUTES, type FixtureHost } from './fixture-routes.ts';
import { decisionView, type OwnPolicyHost, ownPolicyView } from './routing-view.ts';

const WORKERS = '/admin/workers/';
const DECISIONS_MAX = 1000;

/** What the routes show and change. */
export interface AdminHost extends FixtureHost {
  readonly settings: Settings;
  readonly sources: SettingSources;
  /** A routing policy of the user's own, if that is the policy. */
  readonly ownPolicy: OwnPolicyHost | undefined;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  nowUs(): number;
  /** While a worker is down: see `outageS`. */
  outageS(worker: WorkerId): number | undefined;
}

export const ADMIN_ROUTES: readonly Route<AdminHost>[] = [
  ...FIXTURE_ROUTES,
  {
    method: 'GET',
    path: '/admin/config',
    access: 'admin',
    open: (host) => (exchange) => sendConfig(host, exchange),
  },
  {
    method: 'GET',
    path: '/admin/routing',
    access: 'admin',
    open: (host) => (exchange, req) => sendRouting(host, exchange, req),
  },
  {
    method: 'POST',
    path: `${WORKERS}{worker}`,
    access: 'admin',
    countedAs: 'other',
    open: (host) => (exchange, req) => killWorker(host, exchange, req),
  },
];

function sendConfig(host: AdminHost, exchange: Exchange): void {
  const values = maskSecrets(host.settings);
  const rows = Object.entries(host.sources).map(([name, source]) => {
    return [name, { value: Reflect.get(values, name) ?? null, source }];
  });
  exchange.sendJson(200, JSON.stringify(Object.fromEntries(rows)));
}

function sendRouting(host: AdminHost, exchange: Exchange, req: RequestHead): void {
  const { settings, router, ownPolicy } = host;
  const nowUs = host.nowUs();
  const unixMs = Date.now();
  const limit = Number(req.getQuery('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > DECISIONS_MAX) {
    const expected = `an integer from 1 to ${DECISIONS_MAX}`;
    const got = req.getQuery('limit') ?? '';
    exchange.sendError(apiError('invalid_value', { param: 'limit', got, expected }));
    return;
  }
  const body = {
    policy: ownPolicy?.source.name ?? settings.routerPolicy,
    ...(ownPolicy === undefined ? {} : { policy_module: ownPolicyView(ownPolicy) }),
    weights: {
      kv_overlap_weight: settings.kvOverlapWeight,
      load_balance_weight: settings.loadBalanceWeight,
      temperature: settings.routerTemperature,
    },
    decisions: router.decisions(limit).map((decision) => decisionView(decision, nowUs, unixMs)),
  };
  exchange.sendJson(200, JSON.stringify(body));
}

/** `POST /admin/workers/worker-2?fault=throw`: for experiments with what happens then. */
function killWorker(host: AdminHost, exchange: Exchange, req: RequestHead): void {
  const name = req.getUrl().slice(WORKERS.length);
  const fault = req.getQuery('fault') ?? 'throw';
  const worker = workerOf(host, name);
  if (worker === undefined) {
    const expected = `worker-0 to worker-${host.settings.kvCacheNumWorkers - 1}`;
    exchange.sendError(apiError('worker_not_found', { got: name, expected }));
  } else if (fault !== 'terminate' && !isFault(fault)) {
    const expected = [...FAULTS, 'terminate'].join(', ');
    exchange.sendError(apiError('invalid_value', { param: 'fault', got: fault, expected }));
  } else if (kill(host.pool, worker, fault)) {
    exchange.sendJson(200, JSON.stringify({ worker: name, fault }));
  } else {
    const seconds = host.outageS(worker) ?? 1;
    const headers = retryAfter(seconds);
    exchange.sendError(apiError('worker_down', { worker: name, seconds }, { headers }));
  }
}

/** False if the worker is down already. */
function kill(pool: WorkerPool, worker: WorkerId, fault: Fault | 'terminate'): boolean {
  return fault === 'terminate' ? pool.terminateThreadOf(worker) : pool.injectFault(worker, fault);
}

function workerOf(host: AdminHost, name: string): WorkerId | undefined {
  const digits = /^worker-(\d{1,3})$/.exec(name)?.[1];
  if (digits === undefined || Number(digits) >= host.settings.kvCacheNumWorkers) return undefined;
  return workerId(Number(digits));
}

import { ADMIN_ROUTES, type AdminHost } from '../admin/admin-routes.ts';
import { METRICS_ROUTES, type MetricsHost } from '../metrics/metrics-routes.ts';
import { CHAT_ROUTES, type ChatRouteHost } from './openai/chat-endpoint.ts';
import { MODEL_ROUTES, type ModelHost } from './openai/model-routes.ts';
import type { Route } from './route.ts';
import { HEALTH_ROUTES, type HealthHost } from './service/health-routes.ts';

/** What the routes need of the server around them. */
export type RouteHost = ChatRouteHost & ModelHost & HealthHost & MetricsHost & AdminHost;

/** Every route of the server, in the order in which the metrics show them. */
export const ROUTES: readonly Route<RouteHost>[] = [
  ...CHAT_ROUTES,
  ...MODEL_ROUTES,
  ...HEALTH_ROUTES,
  ...METRICS_ROUTES,
  ...ADMIN_ROUTES,
];

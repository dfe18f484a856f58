import { ADMIN_ROUTES, type AdminHost } from '../admin/admin-routes.ts';
import { MESSAGE_ROUTES, type MessageHost } from './anthropic/message-route.ts';
import { azureRoutes } from './azure/azure-routes.ts';
import { CHAT_ROUTE } from './openai/chat-route.ts';
import { COMPLETION_ROUTE, type CompletionHost } from './openai/completion-route.ts';
import { EMBEDDING_ROUTE, type EmbeddingHost } from './openai/embedding-route.ts';
import { MODEL_ROUTES, type ModelHost } from './openai/model-routes.ts';
import { MODERATION_ROUTE, type ModerationHost } from './openai/moderation-route.ts';
import { SPEECH_ROUTE, type SpeechHost } from './openai/speech-route.ts';
import { RANKING_ROUTES, type RankingHost } from './ranking/ranking-routes.ts';
import { RESPONSE_ROUTES, type ResponseHost } from './responses/response-routes.ts';
import type { Route } from './route.ts';
import { HEALTH_ROUTES, type HealthHost } from './service/health-routes.ts';
import { METRICS_ROUTES, type MetricsHost } from './service/metrics-routes.ts';
import { SGLANG_ROUTES } from './sglang/info-routes.ts';
import { VLLM_ROUTES, type VllmHost } from './vllm/info-routes.ts';
import { TOKENIZE_ROUTES, type TokenizeHost } from './vllm/tokenize-routes.ts';

/** What the routes need of the server around them. */
export type RouteHost = CompletionHost &
  MessageHost &
  ResponseHost &
  EmbeddingHost &
  ModerationHost &
  SpeechHost &
  RankingHost &
  TokenizeHost &
  VllmHost &
  ModelHost &
  HealthHost &
  MetricsHost &
  AdminHost;

const OPENAI_ROUTES: readonly Route<RouteHost>[] = [
  CHAT_ROUTE,
  COMPLETION_ROUTE,
  ...RESPONSE_ROUTES,
  EMBEDDING_ROUTE,
  MODERATION_ROUTE,
  SPEECH_ROUTE,
  ...MODEL_ROUTES,
];

/** Every route of the server, in the order in which the metrics show them. */
export const ROUTES: readonly Route<RouteHost>[] = [
  ...OPENAI_ROUTES,
  ...MESSAGE_ROUTES,
  ...RANKING_ROUTES,
  ...TOKENIZE_ROUTES,
  ...VLLM_ROUTES,
  ...SGLANG_ROUTES,
  ...HEALTH_ROUTES,
  ...METRICS_ROUTES,
  ...ADMIN_ROUTES,
  ...azureRoutes(OPENAI_ROUTES),
];

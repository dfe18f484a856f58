import type { Settings } from '../../../shared/settings/settings.ts';
import type { Handler } from '../../http/http-app.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { DEFAULT_MODEL } from '../../models/model-catalog.ts';
import type { Route } from '../route.ts';

/**
 * What SGLang's clients ask about a server before and after a run, as in its
 * `python/sglang/srt/entrypoints/http_server.py`.
 */

/** What the routes show. */
export interface SglangHost {
  readonly version: string;
  readonly settings: Settings;
  readonly metrics: GatewayMetrics;
}

export const SGLANG_ROUTES: readonly Route<SglangHost>[] = [
  { method: 'GET', path: '/get_model_info', access: 'key', open: modelInfo },
  {
    method: 'GET',
    path: '/model_info',
    access: 'key',
    countedAs: '/get_model_info',
    open: modelInfo,
  },
  {
    method: 'GET',
    path: '/get_server_info',
    access: 'key',
    open: (host) => (exchange) => exchange.sendJson(200, JSON.stringify(serverInfo(host))),
  },
];

function modelInfo(): Handler {
  const body = JSON.stringify({
    model_path: DEFAULT_MODEL,
    tokenizer_path: DEFAULT_MODEL,
    is_generation: true,
    preferred_sampling_params: null,
    weight_version: 'default',
  });
  return (exchange) => exchange.sendJson(200, body);
}

/** Of the cluster as one server, in which each worker is a rank of data parallelism. */
export function serverInfo({ version, settings, metrics }: SglangHost) {
  return {
    version,
    model_path: DEFAULT_MODEL,
    served_model_name: DEFAULT_MODEL,
    dp_size: settings.kvCacheNumWorkers,
    page_size: settings.kvCacheBlockSize,
    max_total_num_tokens: settings.kvCacheNumBlocks * settings.kvCacheBlockSize,
    max_running_requests: settings.maxNumSeqs,
    max_prefill_tokens: settings.maxNumBatchedTokens,
    disable_radix_cache: !settings.kvCacheEnabled,
    internal_states: metrics.workers.indices.map((worker) => metrics.workers.loadView(worker)),
  };
}

import { apiError } from '../../../shared/errors.ts';
import type { Handler } from '../../http/http-app.ts';
import { DEFAULT_MODEL } from '../../models/model-catalog.ts';
import type { Route } from '../route.ts';
import { type SglangHost, serverInfo } from '../sglang/info-routes.ts';

/**
 * What vLLM tells about itself, as in its `vllm/entrypoints/serve/instrumentator/basic.py` and
 * `server_info.py`.
 */

/** What the routes show. */
export interface VllmHost extends SglangHost {
  /** Answers that workers are at. */
  readonly answers: number;
}

export const VLLM_ROUTES: readonly Route<VllmHost>[] = [
  {
    method: 'GET',
    path: '/load',
    access: 'public',
    open: (host) => (exchange) => exchange.sendJson(200, `{"server_load":${host.answers}}`),
  },
  { method: 'GET', path: '/server_info', access: 'key', open: openServerInfo },
];

/** SGLang's path too, so its fields stand beside vLLM's. */
function openServerInfo(host: VllmHost): Handler {
  const config = vllmConfig(host);
  const text = Object.entries(config)
    .map(([part, fields]) => `${part}=${JSON.stringify(fields)}`)
    .join(', ');
  return (exchange, req) => {
    const format = req.getQuery('config_format') ?? 'text';
    if (format !== 'text' && format !== 'json') {
      const expected = "'text' or 'json'";
      exchange.sendError(
        apiError('invalid_value', { param: 'config_format', got: `'${format}'`, expected }),
      );
      return;
    }
    const body = {
      vllm_config: format === 'json' ? config : text,
      vllm_env: {},
      system_env: {},
      ...serverInfo(host),
    };
    exchange.sendJson(200, JSON.stringify(body));
  };
}

function vllmConfig({ settings }: VllmHost) {
  return {
    model_config: { model: DEFAULT_MODEL, served_model_name: DEFAULT_MODEL },
    cache_config: {
      block_size: settings.kvCacheBlockSize,
      num_gpu_blocks: settings.kvCacheNumBlocks,
      enable_prefix_caching: settings.kvCacheEnabled,
    },
    scheduler_config: {
      max_num_seqs: settings.maxNumSeqs,
      max_num_batched_tokens: settings.maxNumBatchedTokens,
    },
    parallel_config: { data_parallel_size: settings.kvCacheNumWorkers },
  };
}

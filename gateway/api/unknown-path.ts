import { type ApiError, apiError } from '../../shared/errors.ts';

/** Paths of OpenAI, and of servers like it, that are not served, and what is to be used instead. */
const NOT_SERVED: readonly (readonly [start: string, instead?: string])[] = [
  ['/v1/assistants', '/v1/responses'],
  ['/v1/threads', '/v1/responses'],
  ['/v1/text/generation', '/v1/completions'],
  ['/v1/engines', '/v1/models'],
  ['/v1/edits', '/v1/chat/completions'],
  ['/v1/audio/transcriptions', '/v1/chat/completions with input_audio'],
  ['/v1/audio/translations', '/v1/chat/completions with input_audio'],
  ['/v1/realtime', '/v1/chat/completions with stream'],
  ['/v1/batches'],
  ['/v1/files'],
  ['/v1/uploads'],
  ['/v1/images'],
  ['/v1/videos'],
  ['/v1/fine_tuning'],
  ['/v1/vector_stores'],
  ['/v1/containers'],
  ['/v1/evals'],
  ['/v1/conversations', '/v1/responses with previous_response_id'],
  ['/v1/organization', '/metrics'],
  ['/v1/usage', '/metrics'],
  ['/v1/dashboard', '/metrics'],
  ['/dashboard/billing', '/metrics'],
  ['/rag'],
  ['/generate', '/v1/completions'],
  ['/pooling', '/v1/embeddings'],
  ['/flush_cache'],
  ['/reset_prefix_cache'],
];

/** The error of a path that no route has. */
export function unknownPath(method: string, path: string): ApiError {
  const row = NOT_SERVED.find(([start]) => path === start || path.startsWith(`${start}/`));
  if (row === undefined) return apiError('unknown_url', { method, path });
  const [, use] = row;
  const instead = use === undefined ? '' : ` Use ${use}.`;
  return apiError('endpoint_not_supported', { method, path, instead });
}

import assert from 'node:assert/strict';
import { CHAT_BODY } from '../../gateway/api/openai/chat-body.ts';
import { type ChatRequest, chatRequestOf } from '../../gateway/api/openai/chat-request.ts';
import { type Model, ModelCatalog } from '../../gateway/models/model-catalog.ts';
import { ApiError } from '../../shared/errors.ts';

const catalog = new ModelCatalog({
  autoCreate: true,
  defaultWindow: 8192,
  maxModels: 100,
  reasoningModels: ['thinker*'],
  createdS: 0,
});

/** The request in a body, or what is wrong with it. */
export function parseChatRequest(body: Record<string, unknown>): ChatRequest | ApiError {
  const fields = CHAT_BODY.parse(body);
  return fields instanceof ApiError ? fields : chatRequestOf(fields);
}

/** A request for a chat completion, parsed; `fields` must be valid. */
export function chatRequest(fields: Record<string, unknown>): ChatRequest {
  const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields };
  const parsed = parseChatRequest(body);
  assert.ok(!(parsed instanceof ApiError), 'the request is valid');
  return parsed;
}

/** Any model; those named `thinker…` reason. */
export function modelOf(id: string): Model {
  const found = catalog.find(id, 0);
  assert.ok(found !== undefined);
  return found;
}

import { type ApiError, apiError } from '../../shared/errors.ts';
import type { Generation } from './generation.ts';

/** Why a prompt and its answer have no room: errors with the code `context_length_exceeded`. */

/** The error of a prompt that leaves the model's window no room for its answer, if it is one. */
export function contextOverflow(
  { model, sampling, promptParam }: Generation,
  promptTokens: number,
): ApiError | undefined {
  const { outputLimit } = sampling;
  if (promptTokens + (outputLimit ?? 1) <= model.window) return undefined;
  return tooLong(promptParam, model.window, promptTokens, outputLimit ?? 0);
}

/** Of a prompt that cannot fit no more is counted than shows it. */
export function endless(param: string, window: number, tokens: number): ApiError {
  const atLeast = `at least ${tokens}`;
  return apiError('context_length_exceeded', {
    window,
    total: atLeast,
    prompt: atLeast,
    completion: 0,
    param,
  });
}

/** The error of a prompt and an answer that are too long together, in tokens. */
export function tooLong(
  param: string,
  window: number,
  prompt: number,
  completion: number,
): ApiError {
  return apiError('context_length_exceeded', {
    window,
    total: prompt + completion,
    prompt,
    completion,
    param,
  });
}

/** Signals that end a command but keep what is finished. A second one ends the process. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs `act`, whose signal is aborted with `reason` when the user stops the command. */
export async function stoppable<Value>(
  reason: Error,
  act: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(reason);
  for (const signal of STOP_SIGNALS) process.once(signal, stop);
  try {
    return await act(controller.signal);
  } finally {
    for (const signal of STOP_SIGNALS) process.removeListener(signal, stop);
  }
}

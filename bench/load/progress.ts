/** Says on a terminal what is being measured; elsewhere nothing. The line is rewritten in place. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

export function clearProgress(): void {
  showProgress('');
}

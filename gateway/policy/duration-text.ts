const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;

/** A span of microseconds as OpenAI's headers have it, rounded up: `120ms`, `8.64s`, `6m0s`. */
export function durationText(us: number): string {
  const ms = Math.ceil(us / 1000);
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const minutes = Math.floor(ms / MS_PER_MINUTE);
  const seconds = `${(ms % MS_PER_MINUTE) / 1000}s`;
  if (minutes === 0) return seconds;
  if (minutes < MINUTES_PER_HOUR) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / MINUTES_PER_HOUR)}h${minutes % MINUTES_PER_HOUR}m${seconds}`;
}

import type { ReadFile } from '../../shared/config/parse-value.ts';

/** The outside world as commands see it, so that they run in a test as well as in a process. */
export interface CommandContext {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether the output is a terminal that shows colours, and how wide it is. */
  readonly colours: boolean;
  readonly columns: number;
  /** What the process is to exit with; 0 unless a command says otherwise. */
  exitCode: number;
}

/** Exit code of a command that refuses its configuration or its arguments. */
export const EXIT_MISCONFIGURED = 2;

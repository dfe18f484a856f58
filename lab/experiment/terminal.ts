/** Where an experiment reads its traces, prints to, and leaves its results. */
export interface Terminal {
  /** That of the program, for the record of results. */
  readonly version: string;
  /**
   * The text of a file in pieces, decompressed if it is gzip; `-` is the standard input. Throws
   * `FileError`, and where gzip ends too early, `CutShortError` after all that there is; or the
   * reason of the signal.
   */
  readonly openText: (path: string, options?: ReadOptions) => AsyncIterable<string>;
  /** Makes a folder that files can be written to, unless it is there. Rejects with `FileError`. */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Writes a text file, and the folders that it lies in. Rejects with `FileError`. */
  readonly writeText: (path: string, chunks: Iterable<string>) => Promise<void>;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether the output shows colours, and how wide it is. */
  readonly colours: boolean;
  readonly columns: number;
}

export interface ReadOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Told of the bytes of the file as they are in it, piece by piece. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

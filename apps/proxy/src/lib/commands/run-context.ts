/** What commands talk to: the process, or a test. */
export interface RunContext {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Calls back with each request to stop; the first asks to drain, the second to stop at once. */
  onStop(callback: () => void): void;
  /** Calls back with each request to read the configuration again. */
  onHangup(callback: () => void): void;
  /** Calls back with each request to open the files of logs anew. */
  onReopen(callback: () => void): void;
}

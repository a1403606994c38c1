/** A failure that is tried again. */
export interface Failure {
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/**
 * For people, after a word such as `failed`. Undefined when it only repeats those before it: an outage of an hour is some thousand attempts;
 * told are the first, the second, the fourth and so on.
 */
export function describeFailure({ error, attempt, retryInMs }: Failure): string | undefined {
  if ((attempt & (attempt - 1)) !== 0) return undefined;
  const count = attempt === 1 ? '' : `${attempt} times `;
  return `failed ${count}(${errorText(error)}), next try in ${Math.round(retryInMs)} ms`;
}

/** What an error says. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What an error says, and what caused it. */
export function withCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? errorText(error) : `${errorText(error)} (${errorText(cause)})`;
}

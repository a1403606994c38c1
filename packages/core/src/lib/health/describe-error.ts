/**
 * One line that says what went wrong. A connection to a host name with several addresses fails with an AggregateError,
 * whose own message is empty.
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.map(describeError).join('; ');
  }
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

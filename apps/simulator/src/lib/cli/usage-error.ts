/** What the user typed makes no sense; the message says what is wrong with it and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

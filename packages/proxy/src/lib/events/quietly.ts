/** Calls code of others that must not break an exchange: what it throws becomes an uncaught exception of the process. */
export function quietly<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}

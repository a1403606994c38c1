/** Calls user code that must not break a request: what it throws becomes an uncaught exception of the process. */
export function notifyObserver(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

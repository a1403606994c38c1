import type { Discovery } from '@evenkeel/core';

/** A discovery that knows nothing, and says so by saying nothing: for what is built only to be checked. */
export const silent: Discovery = {
  async *watch({ signal }) {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    yield* [];
  },
};

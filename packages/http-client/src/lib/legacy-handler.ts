import { Dispatcher, Dispatcher1Wrapper } from 'undici';
import type { Dispatch } from './request-context.ts';

/** Whether a handler is one of undici 7: the fetch that is built into Node 22 and 24 calls dispatchers with those. */
export function isLegacy(handler: unknown): boolean {
  const { onConnect, onRequestStart } = (handler ?? {}) as { onConnect?: unknown; onRequestStart?: unknown };
  return typeof onConnect === 'function' && typeof onRequestStart !== 'function';
}

/** Dispatches with a handler of undici 7. */
export function dispatchLegacy(
  dispatch: Dispatch,
  options: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): boolean {
  return new Dispatcher1Wrapper(new FunctionDispatcher(dispatch)).dispatch(options, handler);
}

class FunctionDispatcher extends Dispatcher {
  override dispatch: Dispatch;

  constructor(dispatch: Dispatch) {
    super();
    this.dispatch = dispatch;
  }
}

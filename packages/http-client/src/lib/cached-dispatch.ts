import { InvalidOptionsError } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import { dispatchLegacy, isLegacy } from './legacy-handler.ts';
import type { Dispatch } from './request-context.ts';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

/** Requests in front of the balancing. One that waits for the cache is known to nobody below. */
export interface CachedDispatch {
  readonly dispatch: Dispatch;
  /** Resolves when no request is open. */
  idle(): Promise<void>;
  /** Ends all open requests with an error. */
  fail(error: Error): void;
}

/**
 * Puts a cache in front of a dispatch.
 *
 * @throws InvalidOptionsError when it is no interceptor
 */
export function cachedDispatch(
  cache: Dispatcher.DispatcherComposeInterceptor | undefined,
  inner: Dispatch,
): CachedDispatch {
  if (cache === undefined) return { dispatch: inner, idle: () => Promise.resolve(), fail: () => {} };
  const expected = 'an interceptor, such as cache({ store }) of @evenkeel/cache';
  if (typeof cache !== 'function') throw new InvalidOptionsError('cache', cache, expected);
  const outer: unknown = cache(inner);
  if (!isDispatch(outer)) throw new InvalidOptionsError('cache', cache, expected);
  const open = new Set<OpenHandler>();
  let waiting: (() => void)[] = [];
  const ended = (handler: OpenHandler): void => {
    open.delete(handler);
    if (open.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const dispatch: Dispatch = (options, handler) => {
    if (isLegacy(handler)) return dispatchLegacy(dispatch, options, handler);
    const tracked = new OpenHandler(handler, ended);
    open.add(tracked);
    try {
      return outer(options, tracked);
    } catch (error) {
      ended(tracked);
      throw error;
    }
  };
  return {
    dispatch,
    idle: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    fail(error) {
      for (const handler of [...open]) handler.fail(error);
    },
  };
}

function isDispatch(value: unknown): value is Dispatch {
  return typeof value === 'function';
}

/** Hands everything on until the request has ended, and tells of that once. */
class OpenHandler implements Handler {
  private readonly handler: Handler;
  private readonly ended: (handler: OpenHandler) => void;
  private controller: Controller | undefined = undefined;
  private failure: Error | undefined = undefined;

  constructor(handler: Handler, ended: (handler: OpenHandler) => void) {
    this.handler = handler;
    this.ended = ended;
  }

  /** A request that waits for the cache cannot be aborted yet: it is ended here, and aborted when it could begin. */
  fail(error: Error): void {
    if (this.controller !== undefined) {
      this.controller.abort(error);
      return;
    }
    this.failure = error;
    this.ended(this);
    this.handler.onResponseError?.(null as unknown as Controller, error);
  }

  onRequestStart(controller: Controller, context: never): void {
    this.controller = controller;
    if (this.failure !== undefined) controller.abort(this.failure);
    else this.handler.onRequestStart?.(controller, context);
  }

  onBodySent(...args: Parameters<NonNullable<Handler['onBodySent']>>): void {
    this.handler.onBodySent?.(...args);
  }

  onRequestSent(): void {
    this.handler.onRequestSent?.();
  }

  onResponseStarted(): void {
    this.handler.onResponseStarted?.();
  }

  onResponseStart(...args: Parameters<NonNullable<Handler['onResponseStart']>>): void {
    if (this.failure === undefined) this.handler.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Handler['onResponseData']>>): void {
    if (this.failure === undefined) this.handler.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Handler['onResponseEnd']>>): void {
    if (this.failure !== undefined) return;
    this.ended(this);
    this.handler.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Handler['onResponseError']>>): void {
    if (this.failure !== undefined) return;
    this.ended(this);
    this.handler.onResponseError?.(...args);
  }

  onRequestUpgrade(...args: Parameters<NonNullable<Handler['onRequestUpgrade']>>): void {
    this.ended(this);
    this.handler.onRequestUpgrade?.(...args);
  }
}

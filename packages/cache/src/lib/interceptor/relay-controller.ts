import type { Dispatcher } from 'undici';
import type { CacheStatus } from '../http/cache-status.ts';

type Controller = Dispatcher.DispatchController;

/** The controller a caller keeps for the whole exchange, whoever answers it: the origin, the cache, or first one, then the other. */
export class RelayController implements Controller {
  rawHeaders: NonNullable<Controller['rawHeaders']> = [];
  rawTrailers: NonNullable<Controller['rawTrailers']> = [];
  /** The controller of the request to the origin, which may know more than this one, such as who answered. */
  upstream: Controller | undefined = undefined;
  /** What the cache did; set before the response starts. */
  cacheStatus: CacheStatus | undefined = undefined;
  private target: Pick<Controller, 'abort' | 'pause' | 'resume'> | undefined;
  private stopped: Error | null = null;
  private held = false;
  private readonly onAbort: (reason: Error) => void;

  /** @param onAbort called when nobody answers at the moment */
  constructor(onAbort: (reason: Error) => void) {
    this.onAbort = onAbort;
  }

  get aborted(): boolean {
    return this.stopped !== null;
  }

  get reason(): Error | null {
    return this.stopped;
  }

  get paused(): boolean {
    return this.held;
  }

  /** Hands what the caller asked for so far, and asks for from now on, to the one who answers. */
  attach(target: Pick<Controller, 'abort' | 'pause' | 'resume'> | undefined): void {
    this.target = target;
    if (target === undefined) return;
    if (this.stopped !== null) target.abort(this.stopped);
    else if (this.held) target.pause();
  }

  abort(reason: Error): void {
    if (this.stopped !== null) return;
    this.stopped = reason ?? new DOMException('The request was aborted', 'AbortError');
    if (this.target === undefined) this.onAbort(this.stopped);
    else this.target.abort(this.stopped);
  }

  pause(): void {
    this.held = true;
    this.target?.pause();
  }

  resume(): void {
    this.held = false;
    this.target?.resume();
  }
}

/**
 * What a cache did with a request, whether or not `Cache-Status` is sent: read it in `onResponseStart` or later from the controller that
 * the handler was given. Undefined where no cache was asked, or nothing was answered.
 */
export function cacheStatusOf(controller: unknown): CacheStatus | undefined {
  return (controller as { readonly cacheStatus?: CacheStatus } | null | undefined)?.cacheStatus;
}

import type { Dispatcher } from 'undici';

/** What undici takes as the body of a request. */
export type DispatchBody = Dispatcher.DispatchOptions['body'];

/** The body of a request, as its attempts see it. */
export interface RequestBody {
  /** Whether another attempt may send it now: it is whole in memory, or nothing has been read from it. */
  readonly replayable: boolean;
  /** Whether two attempts may send it at the same time. */
  readonly shareable: boolean;
  /** The body for one attempt; bodies opened before end with an error. */
  open(): DispatchBody;
  /** Whether an attempt failed with this error because the body itself did. */
  failedWith(error: unknown): boolean;
  /** No attempt will read it any more: what was not read is given up. */
  close(): void;
}

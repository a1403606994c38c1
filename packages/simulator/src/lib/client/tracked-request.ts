import type { Dispatcher } from 'undici';

/** Told once how a request ended: with a status, or with an error. */
export type RequestEnded = (statusCode: number, error: Error | undefined) => void;

/** The caller's handler of one simulated request. */
export class TrackedRequest implements Dispatcher.DispatchHandler {
  private statusCode = 0;
  private readonly ended: RequestEnded;

  constructor(ended: RequestEnded) {
    this.ended = ended;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.statusCode = statusCode;
  }

  onResponseData(): void {}

  onResponseEnd(): void {
    this.ended(this.statusCode, undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.ended(this.statusCode, error);
  }
}

import type { ResponseHeaders } from './retry-after.ts';

/**
 * A response kept back while a retry waits: it goes to the caller after all when there is nothing better. Its connection
 * is paused, but what the parser had read already, and an end by a closed connection, still arrive.
 */
export interface HeldResponse {
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
  readonly statusMessage: string | undefined;
  readonly chunks: Buffer[];
  /** Set when the response has ended. */
  trailers: ResponseHeaders | undefined;
  /** Set when it broke off. */
  error: Error | undefined;
}

export function hold(
  statusCode: number,
  headers: ResponseHeaders,
  statusMessage: string | undefined,
): HeldResponse {
  return { statusCode, headers, statusMessage, chunks: [], trailers: undefined, error: undefined };
}

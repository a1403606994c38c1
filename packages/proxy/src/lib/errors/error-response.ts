import type { Failure } from './reason.ts';

/** The header that carries the reason of every response the proxy makes itself. */
const REASON_HEADER = 'x-evenkeel-reason';

/** A small response of the proxy's own, ready to be written. */
export interface OwnResponse {
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Renders a failure as JSON: `{"status":503,"reason":"no-endpoints","message":"…"}`. */
export function errorResponse({
  status,
  reason,
  message,
  retryAfter,
  headers: further = [],
}: Failure): OwnResponse {
  const body = Buffer.from(`${JSON.stringify({ status, reason, message })}\n`);
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
    REASON_HEADER,
    reason,
    ...further,
  ];
  if (retryAfter !== undefined) headers.push('retry-after', String(retryAfter));
  return { headers, body };
}

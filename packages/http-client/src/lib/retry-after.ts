/** Response headers as undici parses them. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * How long a response asks its client to stay away, in ms (RFC 9110 §10.2.3); undefined when it does not say. A date is
 * compared with the response's own `Date`, so that the clocks of the two sides need not agree.
 */
export function retryAfterMs(headers: ResponseHeaders): number | undefined {
  const value = first(headers['retry-after']);
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const delay = Date.parse(value) - Date.parse(first(headers.date) ?? '');
  return Number.isNaN(delay) ? undefined : Math.max(0, delay);
}

function first(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value[0] : value)?.trim();
}

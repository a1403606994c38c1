import type { Exchange, RawHeaders } from '../exchange.ts';
import { fieldValues } from '../headers/raw-headers.ts';

/** What `Max-Forwards` says of a TRACE or OPTIONS request: undefined when it says nothing (RFC 9110 §7.6.2). */
export function forwardsLeft(exchange: Exchange): number | undefined {
  if (exchange.method !== 'OPTIONS' && exchange.method !== 'TRACE') return undefined;
  const [value, another] = fieldValues(exchange.rawHeaders, 'max-forwards');
  return value === undefined || another !== undefined || !/^\d{1,9}$/.test(value) ? undefined : Number(value);
}

/** Replaces `Max-Forwards` by one less. */
export function decrementForwards(headers: RawHeaders, left: number): string[] {
  return headers.map((part, i) =>
    i % 2 === 1 && headers[i - 1]?.toLowerCase() === 'max-forwards' ? String(left - 1) : part,
  );
}

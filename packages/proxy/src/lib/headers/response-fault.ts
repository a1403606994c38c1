import type { RawHeaders } from '../exchange.ts';
import { isPlainlyFramed } from './response-headers.ts';

/** A response that the parser let through and that must go no further. */
export class ResponseFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ResponseFault';
  }
}

/**
 * Why a response must not go on, though the parser let it through; undefined when it may.
 *
 * @param relayed what `responseHeaders` makes of its fields
 */
export function responseFault(
  status: number,
  upstream: RawHeaders,
  relayed: RawHeaders | undefined,
): string | undefined {
  if (status < 100) return `the status of the response is ${status}`;
  // A switch that was asked for comes by another way: any other would have the client speak something else from here on.
  if (status === 101) return 'the response switches protocols, which nobody has asked for';
  if (relayed === undefined) return 'a field of the response holds a byte that is not allowed';
  return isPlainlyFramed(upstream) ? undefined : 'the response has a transfer coding that is not supported';
}

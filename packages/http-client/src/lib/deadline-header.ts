import { InvalidOptionsError } from '@evenkeel/core';
import { headerNameOption } from './request-headers.ts';

/** Headers that frame or route a request, or tell of the hops that it has come through: a number in them would break that. */
const TAKEN =
  /^(?:connection|content-length|expect|forwarded|host|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|via|x-forwarded-(?:for|host|port|proto)|x-real-ip)$/;

/**
 * Returns the name of the header that carries the time left, in lower case.
 *
 * @throws InvalidOptionsError naming the field, for what is no name of a header, or of one with another meaning for the request
 */
export function deadlineHeaderOption(field: string, name: string): string {
  const header = headerNameOption(field, name);
  if (!TAKEN.test(header)) return header;
  throw new InvalidOptionsError(
    field,
    name,
    'the name of a header such as "x-timeout-ms", and of none that frames or routes a request or tells of hops',
  );
}

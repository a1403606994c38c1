import { InvalidOptionsError } from '@evenkeel/core';
import { fieldNames } from './field-names.ts';
import { FORWARDING_FIELDS } from './forwarding-options.ts';
import { isHopByHop } from './hop-by-hop.ts';
import { isFieldName } from './raw-headers.ts';

/** Fields that frame the message besides the hop-by-hop ones: the transports write them. */
const FRAMING = fieldNames('content-length', 'trailer');

/** Fields that say where a message goes, whether its content is to be sent, or which hops it has come through. */
const ROUTING = fieldNames('expect', 'host', 'via', ...FORWARDING_FIELDS);

const RULE =
  'a name of a field such as "x-user", and none that frames or routes the message or tells of hops (connection, ' +
  'content-length, expect, forwarded, host, keep-alive, proxy-connection, te, trailer, transfer-encoding, upgrade, via, ' +
  'x-forwarded-for, x-forwarded-host, x-forwarded-port, x-forwarded-proto, x-real-ip)';

/** Whether a field, in any case, frames the message or belongs to the connection. */
export function framesMessage(name: string): boolean {
  return isHopByHop(name) || FRAMING.has(name);
}

/**
 * Checks an option that names a field which the proxy writes and takes away from clients: to do that with a field that
 * others understand would break the message, or hide where it came from.
 *
 * @param field the option, as errors call it
 * @returns the name as it was given
 * @throws InvalidOptionsError for what is no name (RFC 9110 §5.1), and for a field that has another meaning for the message
 */
export function writtenField(field: string, name: unknown): string {
  if (!isFieldName(name) || framesMessage(name) || ROUTING.has(name)) {
    throw new InvalidOptionsError(field, name, RULE);
  }
  return name;
}

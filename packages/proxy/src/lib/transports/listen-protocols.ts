import { InvalidOptionsError } from '@evenkeel/core';
import type { ListenOptions, ListenProtocol } from './listen-options.ts';

const SECURE: readonly ListenProtocol[] = ['h2', 'http/1.1'];
const CLEAR: readonly ListenProtocol[] = ['http/1.1', 'h2c'];

/**
 * What a listener speaks.
 *
 * @throws InvalidOptionsError for a protocol that does not go with TLS, or with clear text
 */
export function listenProtocols(
  { protocols, tls }: ListenOptions,
  field = 'protocols',
): readonly ListenProtocol[] {
  const allowed = tls === undefined ? CLEAR : SECURE;
  if (protocols === undefined) return tls === undefined ? ['http/1.1'] : SECURE;
  if (!Array.isArray(protocols) || protocols.length === 0) {
    throw new InvalidOptionsError(field, protocols, 'a list of protocols, at least one');
  }
  for (const [index, protocol] of protocols.entries()) {
    if (allowed.includes(protocol)) continue;
    const where = tls === undefined ? 'without TLS' : 'over TLS';
    const expected = `${allowed.map((one) => `"${one}"`).join(' or ')} ${where}`;
    throw new InvalidOptionsError(`${field}[${index}]`, protocol, expected);
  }
  return protocols;
}

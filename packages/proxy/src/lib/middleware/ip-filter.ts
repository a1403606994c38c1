import { checkKeys, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { Failure } from '../errors/reason.ts';
import { trustedPeers } from '../headers/trusted-peers.ts';
import type { Middleware } from './middleware.ts';

/** Options of {@link ipFilter}. At least one of the lists is given. */
export interface IpFilterOptions {
  /** Addresses and networks, such as `10.0.0.0/8`, that may pass; with it all others may not. @default everybody */
  readonly allow?: readonly string[];
  /** Addresses and networks that may not pass, also where `allow` has them. @default nobody */
  readonly deny?: readonly string[];
}

const KEYS: KnownKeys<IpFilterOptions> = { allow: true, deny: true };
const REFUSED: Failure = {
  status: 403,
  reason: 'ip-denied',
  message: 'The address of the client is not allowed.',
};

/**
 * Middleware that answers 403 to clients by their address; to all of which the address is not known.
 *
 * @throws InvalidOptionsError for an entry that is neither an address nor a network, and when there is no entry
 */
export function ipFilter(options: IpFilterOptions): Middleware {
  checkKeys('', options, KEYS);
  const { allow, deny = [] } = options;
  const denied = trustedPeers(deny, 'deny');
  const allowed = allow === undefined ? () => true : trustedPeers(allow, 'allow');
  if ((allow ?? deny).length === 0) {
    throw new InvalidOptionsError(
      allow === undefined ? 'deny' : 'allow',
      allow ?? deny,
      'at least one address or network',
    );
  }
  return (request, next) => {
    const { clientAddress } = request;
    if (clientAddress !== undefined && allowed(clientAddress) && !denied(clientAddress)) next();
    else request.fail(REFUSED);
  };
}

import type { Socket } from 'node:net';
import {
  type Clock,
  checkKeys,
  choiceOption,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  withoutStack,
} from '@evenkeel/core';
import { readFirstBytes } from '../connection/first-bytes.ts';
import { socketEnds } from '../connection/socket-ends.ts';
import type { Reason } from '../errors/reason.ts';
import { trustedPeers } from '../headers/trusted-peers.ts';
import { parseProxyHeader } from './parse-proxy-header.ts';
import type { ProxiedConnection } from './proxy-header.ts';

/** From whom a listener takes the header of the PROXY protocol, version 1 or 2. */
export interface AcceptProxyOptions {
  /** Addresses and networks of the load balancers in front. Each of their connections must begin with a header. */
  readonly from: readonly string[];
  /** What becomes of connections from elsewhere: closed, or served as they are, without a header. @default 'close' */
  readonly others?: 'close' | 'plain';
  /** How long the header may take, in ms; the protocol wants at least 3 s, for one packet that is lost. @default 5_000 */
  readonly timeoutMs?: number;
}

/** Whose connection a socket carries, or why it must be closed. */
export type Accepted =
  | { readonly ends: ProxiedConnection }
  | { readonly reason: Reason; readonly error: Error };

/** Finds out whose connection a new socket carries. Calls back once, at once or when the header is here. */
export type Accept = (socket: Socket, done: (accepted: Accepted) => void) => void;

/**
 * Makes what a listener asks about each new socket.
 *
 * @param options undefined takes the addresses of the sockets themselves
 * @throws InvalidOptionsError naming the field
 */
export function acceptProxy(
  options: AcceptProxyOptions | undefined,
  clock: Clock,
  field = 'proxyProtocol',
): Accept {
  if (options === undefined) return acceptPlain;
  checkKeys(field, options, KEYS);
  if (!Array.isArray(options.from) || options.from.length === 0) {
    throw new InvalidOptionsError(`${field}.from`, options.from, 'a list of IP addresses and networks');
  }
  const sendsHeader = trustedPeers(options.from, `${field}.from`);
  const others = choiceOption(`${field}.others`, options.others, 'close', ['close', 'plain']);
  const timeoutMs = numberOption(`${field}.timeoutMs`, options.timeoutMs, 5_000, { min: 1 });
  return (socket, done) => {
    const own = socketEnds(socket);
    if (own === undefined) done(GONE);
    else if (sendsHeader(own.source.address)) {
      readFirstBytes(
        socket,
        { subject: 'PROXY header', parse: parseProxyHeader, clock, timeoutMs },
        (result) => {
          if ('error' in result) done({ reason: 'bad-proxy-header', error: result.error });
          else done({ ends: result.value.connection ?? own });
        },
      );
    } else if (others === 'plain') done({ ends: own });
    else done({ reason: 'untrusted-peer', error: notListed(own) });
  };
}

const acceptPlain: Accept = (socket, done) => {
  const ends = socketEnds(socket);
  done(ends === undefined ? GONE : { ends });
};

const GONE: Accepted = { reason: 'client-gone', error: withoutStack(() => new Error('the client has gone')) };

function notListed({ source }: ProxiedConnection): Error {
  return withoutStack(
    () => new Error(`${source.address} is none of those that the PROXY protocol is taken from`),
  );
}

const KEYS: KnownKeys<AcceptProxyOptions> = { from: true, others: true, timeoutMs: true };

import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { DnsError } from '../dns-error.ts';
import type { DnsMessage } from '../wire/message.ts';
import { type AttemptLimits, attempt } from './attempt.ts';
import type { DnsQuery } from './dns-query.ts';
import type { ServerAddress } from './server-address.ts';

/** An answer and how much of a datagram it filled. */
export interface UdpAnswer {
  readonly message: DnsMessage;
  /** Size of the datagram, in bytes. */
  readonly size: number;
}

/**
 * Sends a query in one datagram and waits for its answer. Datagrams that do not match are ignored until the time is over, so a
 * forger cannot end the wait for the true answer.
 *
 * @throws DnsError `timeout`, `unreachable` or `malformed`; the signal's reason when aborted
 */
export function askOverUdp(
  server: ServerAddress,
  query: DnsQuery,
  limits: AttemptLimits,
): Promise<UdpAnswer> {
  return attempt(limits, server.label, ({ succeed, fail }) => {
    const unreachable = (cause: Error): void => {
      fail(new DnsError('unreachable', `${server.label}: ${cause.message}`, { cause }));
    };
    // A new socket for each query: its random port is as hard to guess as the id (RFC 5452 §4.5).
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4');
    socket.on('error', unreachable);
    socket.on('message', (bytes) => {
      try {
        const message = query.match(bytes);
        if (message !== undefined) succeed({ message, size: bytes.length });
      } catch (error) {
        fail(error as Error);
      }
    });
    socket.once('connect', () => {
      socket.send(query.bytes, (error) => {
        if (error) unreachable(error);
      });
    });
    // Connected, the system drops datagrams from any other address and tells when nobody listens at this one.
    socket.connect(server.port, server.host);
    return (closed) => socket.close(closed);
  });
}

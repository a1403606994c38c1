import { connect } from 'node:net';
import { DnsError } from '../dns-error.ts';
import type { DnsMessage } from '../wire/message.ts';
import { malformed } from '../wire/wire-reader.ts';
import { type AttemptLimits, attempt } from './attempt.ts';
import type { DnsQuery } from './dns-query.ts';
import type { ServerAddress } from './server-address.ts';

const PREFIX_BYTES = 2;

/**
 * Asks over a TCP connection of its own, where answers have up to 65,535 bytes (RFC 7766).
 *
 * @throws DnsError `timeout`, `unreachable` or `malformed`; the signal's reason when aborted
 */
export function askOverTcp(
  server: ServerAddress,
  query: DnsQuery,
  limits: AttemptLimits,
): Promise<DnsMessage> {
  return attempt(limits, `${server.label} (TCP)`, ({ succeed, fail }) => {
    const broken = (what: string, cause?: Error): void => {
      fail(new DnsError('unreachable', `${server.label} (TCP): ${what}`, { cause }));
    };
    const chunks: Buffer[] = [];
    let received = 0;
    let wanted = PREFIX_BYTES;

    const read = (): void => {
      const bytes = Buffer.concat(chunks);
      wanted = PREFIX_BYTES + bytes.readUInt16BE(0);
      if (received < wanted) return;
      const message = query.match(bytes.subarray(PREFIX_BYTES, wanted));
      if (message === undefined || message.isTruncated) throw malformed('a TCP answer to no such query');
      succeed(message);
    };
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    socket.on('error', (error) => broken(error.message, error));
    socket.on('end', () => broken('the connection ended before the answer did'));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < wanted) return;
      try {
        read();
      } catch (error) {
        fail(error as Error);
      }
    });
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt16BE(query.bytes.length);
    socket.write(Buffer.concat([prefix, query.bytes]));
    return (closed) => {
      socket.once('close', closed);
      socket.destroy();
    };
  });
}

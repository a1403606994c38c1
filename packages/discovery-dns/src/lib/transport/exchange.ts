import { EDNS_UDP_BYTES } from '../wire/encode-query.ts';
import { type DnsMessage, RESPONSE_CODE } from '../wire/message.ts';
import type { QueryType } from '../wire/record.ts';
import { askOverTcp } from './ask-over-tcp.ts';
import { askOverUdp } from './ask-over-udp.ts';
import type { AttemptLimits } from './attempt.ts';
import { type DnsQuery, dnsQuery } from './dns-query.ts';
import type { ServerAddress } from './server-address.ts';

/** `udp` goes on to TCP where it must; `tcp` begins there. */
export type Transport = 'udp' | 'tcp';

const NOT_IMPLEMENTED = 4;
const CLASSIC_UDP_BYTES = 512;
const SUSPICIOUS_RATIO = 0.75;

/**
 * Gets one server's answer to one question, whatever its response code.
 *
 * @throws DnsError when there is no whole answer; the signal's reason when aborted
 */
export async function exchange(
  server: ServerAddress,
  name: string,
  type: QueryType,
  transport: Transport,
  limits: AttemptLimits,
): Promise<DnsMessage> {
  const ask = (edns: boolean): Promise<DnsMessage> => {
    const query = dnsQuery(name, type, edns);
    return transport === 'tcp' ? askOverTcp(server, query, limits) : askFromUdpOn(server, query, limits);
  };
  const message = await ask(true);
  // Servers older than EDNS refuse what they do not know (RFC 6891 §7).
  const edns = message.code !== RESPONSE_CODE.formatError && message.code !== NOT_IMPLEMENTED;
  return edns ? message : ask(false);
}

async function askFromUdpOn(
  server: ServerAddress,
  query: DnsQuery,
  limits: AttemptLimits,
): Promise<DnsMessage> {
  const { message, size } = await askOverUdp(server, query, limits);
  if (message.isTruncated) return askOverTcp(server, query, limits);
  const limit = query.edns ? EDNS_UDP_BYTES : CLASSIC_UDP_BYTES;
  if (size <= limit * SUSPICIOUS_RATIO) return message;
  // Consul leaves out what does not fit, and says so only with `enable_truncate`: a datagram that is nearly full may be a part.
  try {
    const whole = await askOverTcp(server, query, limits);
    return whole.code === RESPONSE_CODE.noError ? whole : message;
  } catch (error) {
    if (limits.signal.aborted) throw error;
    return message;
  }
}

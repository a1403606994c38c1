import type { Clock } from '@evenkeel/core';
import { DnsError, type DnsErrorReason } from './dns-error.ts';
import { exchange, type Transport } from './transport/exchange.ts';
import type { ServerAddress } from './transport/server-address.ts';
import { type DnsMessage, RESPONSE_CODE } from './wire/message.ts';
import type { QueryType } from './wire/record.ts';

/** Asks DNS servers one question at a time. */
export interface DnsClient {
  /**
   * The first conclusive answer: its code is "no error" or "no such name".
   *
   * @throws DnsError of the server asked last, when none answered; the signal's reason when aborted
   */
  query(name: string, type: QueryType, signal: AbortSignal): Promise<DnsMessage>;
}

/** Whom a client asks, and how long. */
export interface DnsClientOptions {
  readonly servers: readonly ServerAddress[];
  readonly transport: Transport;
  /** Time limit of one attempt, in ms. */
  readonly timeoutMs: number;
  /** How often a silent server is asked at most: a datagram may have been lost. One that fails otherwise is asked once. */
  readonly tries: number;
  readonly clock: Clock;
  /** Told of the last failure before an answer, and how many there were. */
  readonly onServerFailure?: (error: DnsError, failures: number) => void;
  /** Called before each query to a server, the repeated ones and those over TCP included. */
  readonly onQuery?: () => void;
}

/**
 * Makes a client. It stays with a server as long as that answers and goes on to the next when it does not; "no such name" is
 * an answer, any other error code is none.
 */
export function dnsClient(options: DnsClientOptions): DnsClient {
  const { servers, transport, timeoutMs, tries, clock, onServerFailure, onQuery } = options;
  const limits = { clock, timeoutMs, ...(onQuery && { onQuery }) };
  let current = 0;

  return {
    async query(name, type, signal) {
      const first = current;
      const failed = new Set<ServerAddress>();
      let failure = new DnsError('unreachable', 'no DNS server is known');
      for (let turn = 0; turn < servers.length * tries; turn++) {
        const index = (first + turn) % servers.length;
        const server = servers[index];
        if (server === undefined || failed.has(server)) continue;
        try {
          const message = await exchange(server, name, type, transport, { ...limits, signal });
          const reason = failureReason(message.code);
          if (reason === undefined) {
            current = index;
            if (turn > 0) onServerFailure?.(failure, turn);
            return message;
          }
          failure = new DnsError(reason, `${server.label} answered with code ${message.code}`);
          failed.add(server);
        } catch (error) {
          if (signal.aborted) throw error;
          failure = asDnsError(error);
          if (failure.reason !== 'timeout') failed.add(server);
        }
      }
      current = (first + 1) % Math.max(1, servers.length);
      throw new DnsError(failure.reason, `${type} ${name}: ${failure.message}`, { cause: failure });
    },
  };
}

function failureReason(code: number): DnsErrorReason | undefined {
  if (code === RESPONSE_CODE.noError || code === RESPONSE_CODE.noName) return undefined;
  return code === RESPONSE_CODE.refused ? 'refused' : 'serverFailure';
}

/** The system may refuse a socket: too many open files, no route. */
function asDnsError(error: unknown): DnsError {
  return error instanceof DnsError ? error : new DnsError('unreachable', String(error), { cause: error });
}

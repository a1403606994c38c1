import { malformed, ZookeeperError } from '../zookeeper-error.ts';
import { juteReader } from './jute-reader.ts';
import { juteWriter } from './jute-writer.ts';

/** What proves that a session is ours, to go on with it over another connection. */
export interface SessionTicket {
  readonly id: bigint;
  readonly password: Buffer;
  /** How long the server keeps the session without a connection, in ms: what was asked for, within its bounds. */
  readonly timeoutMs: number;
}

const PASSWORD_BYTES = 16;

/** Writes `ConnectRequest`, for a new session or with the ticket of one. */
export function encodeConnect(timeoutMs: number, ticket: SessionTicket | undefined): Buffer {
  return juteWriter()
    .int(0)
    .long(0n)
    .int(timeoutMs)
    .long(ticket?.id ?? 0n)
    .buffer(ticket?.password ?? Buffer.alloc(PASSWORD_BYTES))
    .bool(false)
    .frame();
}

/**
 * Reads `ConnectResponse`.
 *
 * @throws ZookeeperError `sessionExpired` when the session is over, `malformed`
 */
export function decodeConnect(frame: Buffer): SessionTicket {
  const reader = juteReader(frame);
  const version = reader.int();
  const timeoutMs = reader.int();
  const id = reader.long();
  const password = reader.buffer();
  // Servers before 3.4 send no flag for read-only mode, so what follows is not looked at.
  if (version !== 0) throw malformed(`it speaks version ${version} of the protocol`);
  if (timeoutMs <= 0) throw new ZookeeperError('sessionExpired', 'the session has expired');
  if (id === 0n || password.length !== PASSWORD_BYTES) throw malformed('it opens no session');
  // The frame is part of a larger buffer that would live as long as the ticket.
  return { id, password: Buffer.from(password), timeoutMs };
}

import { malformed } from '../zookeeper-error.ts';
import { type JuteReader, juteReader } from './jute-reader.ts';

/** What a server sent after the handshake: its header, and a reader of the rest. */
export interface Reply {
  /** The number of the request, or a negative one that names a kind. */
  readonly xid: number;
  /** The last transaction that the server knew. */
  readonly zxid: bigint;
  /** 0, or why the request was refused. */
  readonly code: number;
  readonly body: JuteReader;
}

/** A change that a watch tells of. */
export interface NodeEvent {
  readonly kind: 'created' | 'deleted' | 'dataChanged' | 'childrenChanged' | 'other';
  readonly path: string;
}

const KINDS: readonly NodeEvent['kind'][] = ['other', 'created', 'deleted', 'dataChanged', 'childrenChanged'];

/** @throws ZookeeperError `malformed` */
export function decodeReply(frame: Buffer): Reply {
  const body = juteReader(frame);
  return { xid: body.int(), zxid: body.long(), code: body.int(), body };
}

/**
 * Reads `WatcherEvent`.
 *
 * @throws ZookeeperError `malformed`
 */
export function readEvent(body: JuteReader): NodeEvent {
  const kind = KINDS[body.int()] ?? 'other';
  body.int();
  const path = body.string();
  if (kind !== 'other' && !path.startsWith('/')) throw malformed('an event has no path');
  return { kind, path };
}

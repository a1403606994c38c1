import { type Acl, writeAcl } from './acl.ts';
import type { JuteReader } from './jute-reader.ts';
import { type JuteWriter, juteWriter } from './jute-writer.ts';
import { readStat, type Stat } from './stat.ts';

/** One question to a server, and how its answer is read. */
export interface Request<T> {
  /** For messages. */
  readonly what: string;
  /** The number of the operation. */
  readonly type: number;
  write(writer: JuteWriter): void;
  read(reader: JuteReader): T;
}

/** Numbers of operations, of `ZooDefs.OpCode`. */
export const OPERATION = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  multi: 14,
  auth: 100,
  addWatch: 106,
  closeSession: -11,
} as const;

/** Request numbers that name a kind, of `ClientCnxn`. */
export const XID = { event: -1, ping: -2, auth: -4 } as const;

const EPHEMERAL = 1;
const PERSISTENT_RECURSIVE = 1;

/** The frame of a request. */
export function encodeRequest(xid: number, request: Request<unknown>): Buffer {
  const writer = juteWriter().int(xid).int(request.type);
  request.write(writer);
  return writer.frame();
}

/** Creates a node, ephemeral (it goes with the session) or one that stays. */
export function create(
  path: string,
  node: { readonly data: Buffer; readonly acl: Acl; readonly ephemeral: boolean },
): Request<void> {
  return {
    what: `create ${path}`,
    type: OPERATION.create,
    write(writer) {
      writer.string(path).buffer(node.data);
      writeAcl(writer, node.acl);
      writer.int(node.ephemeral ? EPHEMERAL : 0);
    },
    read: (reader) => void reader.string(),
  };
}

/** Deletes a node if it has this version. */
export function remove(path: string, version: number): Request<void> {
  return {
    what: `delete ${path}`,
    type: OPERATION.delete,
    write: (writer) => void writer.string(path).int(version),
    read: () => {},
  };
}

/** Changes the data of a node if it has this version. */
export function setData(path: string, data: Buffer, version: number): Request<Stat> {
  return {
    what: `change ${path}`,
    type: OPERATION.setData,
    write: (writer) => void writer.string(path).buffer(data).int(version),
    read: readStat,
  };
}

/** The metadata of a node; fails with `noNode`. */
export function stat(path: string): Request<Stat> {
  return {
    what: `look at ${path}`,
    type: OPERATION.exists,
    write: (writer) => void writer.string(path).bool(false),
    read: readStat,
  };
}

/** The data of a node. */
export function getData(path: string): Request<Buffer> {
  return {
    what: `read ${path}`,
    type: OPERATION.getData,
    write: (writer) => void writer.string(path).bool(false),
    read: (reader) => reader.buffer(),
  };
}

/** The names below a node. */
export function getChildren(path: string): Request<readonly string[]> {
  return {
    what: `list ${path}`,
    type: OPERATION.getChildren2,
    write: (writer) => void writer.string(path).bool(false),
    read: (reader) => reader.strings(),
  };
}

/** Lets the server catch up with the leader, so that what is read next is no older than this request. */
export function sync(path: string): Request<void> {
  return {
    what: `sync ${path}`,
    type: OPERATION.sync,
    write: (writer) => void writer.string(path),
    read: (reader) => void reader.string(),
  };
}

/**
 * Watches a node and all below it, until the session ends; the node need not exist. From ZooKeeper 3.6 on.
 */
export function watchTree(path: string): Request<void> {
  return {
    what: `watch ${path}`,
    type: OPERATION.addWatch,
    write: (writer) => void writer.string(path).int(PERSISTENT_RECURSIVE),
    read: () => {},
  };
}

/** Proves who asks, by user and password. */
export function addAuth(digest: string): Request<void> {
  return {
    what: 'authenticate',
    type: OPERATION.auth,
    write: (writer) => void writer.int(0).string('digest').buffer(Buffer.from(digest)),
    read: () => {},
  };
}

/** Keeps the session alive. */
export const PING: Request<void> = bare('ping', OPERATION.ping);

/** Ends the session, with its ephemeral nodes and its watches. */
export const CLOSE_SESSION: Request<void> = bare('close the session', OPERATION.closeSession);

function bare(what: string, type: number): Request<void> {
  return { what, type, write: () => {}, read: () => {} };
}

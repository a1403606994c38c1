import { connect, type Socket } from 'node:net';

/** A frame of HTTP/2 (RFC 9113 §4.1). */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Types of frames. */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;
/** Flags of frames. */
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;
/** Error codes (RFC 9113 §7). */
export const CODE = { none: 0, protocol: 1, internal: 2, refused: 7, cancel: 8, calm: 11 } as const;

/** A client, or a server, that reads and writes frames. */
export interface RawHttp2 extends Disposable {
  readonly socket: Socket;
  readonly frames: readonly Frame[];
  /** Sends a frame. */
  send(type: number, flags: number, stream: number, payload?: Uint8Array): void;
  /** Sends fields as one HEADERS frame. */
  headers(stream: number, fields: readonly (readonly [string, string])[], flags?: number): void;
  /** Resolves with the first frame, received or still to come, for which the test holds; rejects when the connection closes before. */
  until(test: (frame: Frame) => boolean): Promise<Frame>;
  /** Resolves when the connection has closed. */
  readonly closed: Promise<void>;
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Connects as a client, without Huffman coding or a dynamic table on either side. */
export function rawHttp2Client(
  port: number,
  settings: readonly (readonly [number, number])[] = [],
): RawHttp2 {
  const socket = connect(port, '127.0.0.1');
  socket.write(PREFACE);
  const client = rawHttp2(socket);
  const payload = Buffer.alloc(6 * (settings.length + 1));
  for (const [i, [id, value]] of [[1, 0] as const, ...settings].entries()) {
    payload.writeUInt16BE(id, 6 * i);
    payload.writeUInt32BE(value, 6 * i + 2);
  }
  client.send(FRAME.settings, 0, 0, payload);
  return client;
}

/** Takes a connection as a server. */
export function rawHttp2Server(socket: Socket): RawHttp2 {
  const server = rawHttp2(socket, PREFACE.length);
  server.send(FRAME.settings, 0, 0);
  return server;
}

/** Reads and writes frames on a connection, of which it skips the first bytes. */
function rawHttp2(socket: Socket, skip = 0): RawHttp2 {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let unread = Buffer.alloc(0);
  let unwanted = skip;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    unread = Buffer.concat([unread, chunk.subarray(unwanted)]);
    unwanted = Math.max(0, unwanted - chunk.length);
    while (unread.length >= 9 && unread.length >= 9 + unread.readUIntBE(0, 3)) {
      const end = 9 + unread.readUIntBE(0, 3);
      frames.push({
        type: unread.readUInt8(3),
        flags: unread.readUInt8(4),
        stream: unread.readUInt32BE(5) & 0x7fffffff,
        payload: unread.subarray(9, end),
      });
      unread = unread.subarray(end);
      for (const check of waiting) check();
    }
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const send: RawHttp2['send'] = (type, flags, stream, payload = Buffer.alloc(0)) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    socket.write(Buffer.concat([head, payload]));
  };
  return {
    socket,
    frames,
    send,
    headers: (stream, fields, flags = FLAG.endHeaders | FLAG.endStream) =>
      send(FRAME.headers, flags, stream, fieldBlock(fields)),
    until: (test) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = frames.find(test);
          if (found !== undefined) resolve(found);
        };
        waiting.add(check);
        check();
        void closed.then(() => reject(new Error(`closed after ${frames.map(describe).join(', ')}`)));
      }),
    closed,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Fields of a request. */
export function get(
  path = '/',
  more: readonly (readonly [string, string])[] = [],
): (readonly [string, string])[] {
  return [[':method', 'GET'], [':scheme', 'http'], [':authority', 'h'], [':path', path], ...more];
}

/** Encodes fields as literals that are not indexed (RFC 7541 §6.2.2). */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value, 'latin1');
    return Buffer.concat([integer(bytes.length, 7), bytes]);
  };
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

/** RFC 7541 §5.1. */
function integer(value: number, bits: number): Buffer {
  const max = 2 ** bits - 1;
  if (value < max) return Buffer.from([value]);
  const bytes = [max];
  let rest = value - max;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** The error code of RST_STREAM or GOAWAY. */
export function codeOf({ type, payload }: Frame): number {
  return payload.readUInt32BE(type === FRAME.goaway ? 4 : 0);
}

/** The last stream of a GOAWAY. */
export function lastStreamOf({ payload }: Frame): number {
  return payload.readUInt32BE(0);
}

/** The status of a response, of those that HPACK has in its table. */
export function statusOf({ payload }: Frame): number | undefined {
  // The first block begins with the size of the dynamic table (RFC 7541 §6.3).
  const at = payload.readUInt8(0) >> 5 === 1 ? 1 : 0;
  return [200, 204, 206, 304, 400, 404, 500][payload.readUInt8(at) - 0x88];
}

function describe({ type, stream, payload }: Frame): string {
  return `${Object.keys(FRAME)[Object.values(FRAME).indexOf(type as 0)]} on ${stream} (${payload.length})`;
}

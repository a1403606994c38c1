import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { frameReader } from '../wire/frame-reader.ts';
import { type JuteReader, juteReader } from '../wire/jute-reader.ts';
import { type JuteWriter, juteWriter } from '../wire/jute-writer.ts';
import { OPERATION, XID } from '../wire/request.ts';

/** One request, as the fake got it. */
export interface FakeRequest {
  readonly xid: number;
  readonly type: number;
  readonly body: JuteReader;
  readonly socket: Socket;
}

/** A server with the children of one node, which a test makes fail in one way. */
export interface FakeZookeeper extends AsyncDisposable {
  readonly address: string;
  /** Of every connection, when it came, in ms. */
  readonly connectedAt: readonly number[];
  readonly open: ReadonlySet<Socket>;
  /** Types of all requests, in order; the handshake is `connect`. */
  readonly asked: readonly (number | 'connect')[];
  /** The session that the last handshake asked for; 0 for a new one. */
  lastTicket: bigint;
  /** Names below the service's node, and their data. */
  readonly nodes: Map<string, string>;
  /** Each is called first; when it returns true, the fake does nothing. */
  onConnection: (socket: Socket) => boolean;
  onHandshake: (socket: Socket) => boolean;
  onRequest: (request: FakeRequest) => boolean;
  /** Sends an event to all sessions. */
  tell(kind: 1 | 2 | 3 | 4, path: string): void;
}

/** The data of a node in Curator's format. */
export function curatorRecord(port: number, rest: object = {}): string {
  return JSON.stringify({ name: 's', id: 'x', address: '10.0.0.1', port, ...rest });
}

/** A `ConnectResponse`. */
export function handshake(timeoutMs: number, id = 7n, version = 0): Buffer {
  return juteWriter().int(version).int(timeoutMs).long(id).buffer(Buffer.alloc(16, 9)).bool(false).frame();
}

/** A reply with a body. */
export function reply(xid: number, code: number, body: (writer: JuteWriter) => void = () => {}): Buffer {
  const writer = juteWriter().int(xid).long(5n).int(code);
  body(writer);
  return writer.frame();
}

/** A `Stat` whose times are zero. */
export function writeStat(writer: JuteWriter, owner = 0n, version = 0): void {
  writer.long(1n).long(1n).long(0n).long(0n).int(version).int(0).int(0).long(owner).int(0).int(0).long(1n);
}

/** Starts one on a free port. */
export async function fakeZookeeper(timeoutMs = 600): Promise<FakeZookeeper> {
  const open = new Set<Socket>();
  const connectedAt: number[] = [];
  const asked: (number | 'connect')[] = [];
  const answer = ({ xid, type, body, socket }: FakeRequest): void => {
    const send = (code: number, write?: (writer: JuteWriter) => void): void =>
      void socket.write(reply(xid, code, write));
    if (type === OPERATION.closeSession) {
      send(0);
      socket.end();
    } else if (type === OPERATION.sync) send(0, (writer) => writer.string('/'));
    else if (type === OPERATION.exists) send(0, writeStat);
    else if (type === OPERATION.getChildren2) {
      send(0, (writer) => {
        writer.int(fake.nodes.size);
        for (const name of fake.nodes.keys()) writer.string(name);
        writeStat(writer);
      });
    } else if (type === OPERATION.getData) {
      const data = fake.nodes.get(body.string().split('/').at(-1) ?? '');
      if (data === undefined) send(-101);
      else send(0, (writer) => writeStat(writer.buffer(Buffer.from(data))));
    } else send(0, (writer) => writer.string('/'));
  };
  const listen = (socket: Socket): void => {
    const cut = frameReader();
    let greeted = false;
    socket.on('data', (chunk) => {
      for (const frame of cut(chunk)) {
        if (!greeted) {
          greeted = true;
          asked.push('connect');
          // Version, last transaction and timeout come before it.
          fake.lastTicket = frame.readBigInt64BE(16);
          if (!fake.onHandshake(socket)) socket.write(handshake(timeoutMs));
          continue;
        }
        const body = juteReader(frame);
        const request = { xid: body.int(), type: body.int(), body, socket };
        asked.push(request.type);
        if (!fake.onRequest(request)) answer(request);
      }
    });
  };
  const server = createServer((socket) => {
    open.add(socket);
    connectedAt.push(performance.now());
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    if (!fake.onConnection(socket)) listen(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeZookeeper = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connectedAt,
    open,
    asked,
    lastTicket: 0n,
    nodes: new Map(),
    onConnection: () => false,
    onHandshake: () => false,
    onRequest: () => false,
    tell(kind, path) {
      const event = juteWriter().int(XID.event).long(-1n).int(0).int(kind).int(3).string(path).frame();
      for (const socket of open) socket.write(event);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

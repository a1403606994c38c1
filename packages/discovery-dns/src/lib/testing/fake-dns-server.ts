import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { decodeMessage } from '../wire/message.ts';
import { type QueryType, RECORD_TYPE } from '../wire/record.ts';
import { encodeAnswer, type FakeAnswer } from './fake-records.ts';

/** A query as the fake server got it. */
export interface FakeQuery {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** As text: `A`, `AAAA` or `SRV`. */
  readonly kind: QueryType;
  readonly transport: 'udp' | 'tcp';
  readonly edns: boolean;
  /** Sends one message to whoever asked. */
  send(bytes: Buffer): void;
  /** Sends bytes over the TCP connection, without the size that goes before a message. */
  sendRaw(bytes: Buffer): void;
  /** Sends raw bytes to whoever asked over UDP, from another port. */
  sendFromElsewhere(bytes: Buffer): Promise<void>;
  /** Ends the TCP connection. */
  hangUp(): void;
}

/** A DNS server on the loopback interface that answers as the test says, or does not. */
export interface FakeDnsServer {
  /** `127.0.0.1:port`, for UDP and TCP. */
  readonly address: string;
  readonly queries: readonly FakeQuery[];
  /** Makes the answer to a query: undefined sends nothing, bytes are sent as they are. */
  answer: (query: FakeQuery) => FakeAnswer | Buffer | undefined;
  /** Closes both sockets, so that the port answers nobody. */
  close(): Promise<void>;
}

/** Starts a server that answers nothing. @param tcp whether it listens on TCP too */
export async function fakeDnsServer(
  answer: FakeDnsServer['answer'] = () => undefined,
  { tcp = true }: { readonly tcp?: boolean } = {},
): Promise<FakeDnsServer> {
  const { udp, listener } = await bind(tcp);
  const { port } = udp.address();
  const queries: FakeQuery[] = [];
  const connections = new Set<Socket>();
  const server: FakeDnsServer = {
    address: `127.0.0.1:${port}`,
    queries,
    answer,
    async close() {
      for (const connection of connections) connection.destroy();
      await Promise.all([closed(udp), listener === undefined ? undefined : closed(listener)]);
    },
  };
  const receive = (
    bytes: Buffer,
    reply: Pick<FakeQuery, 'transport' | 'send' | 'sendRaw' | 'hangUp'>,
    from = port,
  ) => {
    const { id, question } = decodeMessage(bytes);
    const { name = '', type = 0 } = question ?? {};
    const kind = (Object.entries(RECORD_TYPE).find(([, value]) => value === type)?.[0] ?? 'A') as QueryType;
    const edns = bytes.readUInt16BE(10) > 0;
    const sendFromElsewhere = (raw: Buffer) => sendFromOtherSocket(raw, from);
    const query: FakeQuery = { id, name, type, kind, edns, ...reply, sendFromElsewhere };
    queries.push(query);
    const answered = server.answer(query);
    if (answered === undefined) return;
    query.send(Buffer.isBuffer(answered) ? answered : encodeAnswer(query, answered));
  };

  udp.on('message', (bytes, from) => {
    const send = (raw: Buffer): void => udp.send(raw, from.port, from.address);
    receive(bytes, { transport: 'udp', send, sendRaw: send, hangUp: () => {} }, from.port);
  });
  listener?.on('connection', (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
    connection.on('data', (bytes: Buffer) => {
      const sendRaw = (raw: Buffer): void => void connection.write(raw);
      const send = (raw: Buffer): void => sendRaw(Buffer.concat([sizeOf(raw), raw]));
      receive(bytes.subarray(2), { transport: 'tcp', send, sendRaw, hangUp: () => connection.end() });
    });
  });
  return server;
}

/** The prefix of a message over TCP. */
export function sizeOf(bytes: Buffer): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return size;
}

async function bind(tcp: boolean): Promise<{ udp: UdpSocket; listener: Server | undefined }> {
  for (;;) {
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    if (!tcp) return { udp, listener: undefined };
    const listener = createServer();
    listener.listen(udp.address().port, '127.0.0.1');
    try {
      await once(listener, 'listening');
      return { udp, listener };
    } catch {
      // Another process has that TCP port: take the next one.
      await closed(udp);
    }
  }
}

function closed(socket: { close(callback: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}

async function sendFromOtherSocket(bytes: Buffer, port: number): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.send(bytes, port, '127.0.0.1', () => resolve());
  });
  await closed(socket);
}

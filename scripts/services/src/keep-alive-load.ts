import { connect } from 'node:net';

/** Clients that send GET after GET, each on one connection for as long as it may. */
export interface KeepAliveLoad {
  readonly answered: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests whose connection ended before their answer. */
  readonly lost: number;
  readonly connections: number;
  /** Resolves when that many requests have been answered. */
  reached(count: number): Promise<void>;
  /** Lets requests under way end; resolves when all clients have stopped, also because nobody accepts them any more. */
  stop(): Promise<void>;
  /** Resolves when nobody accepts a connection any more. */
  readonly refused: Promise<void>;
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

/** What the clients do. */
export interface KeepAliveLoadOptions {
  readonly clients: number;
  /** How long a client waits between two requests: random, up to this. */
  readonly pauseMs: number;
}

/** Starts clients. */
export function keepAliveLoad(port: number, { clients, pauseMs }: KeepAliveLoadOptions): KeepAliveLoad {
  const statuses: Record<number, number> = {};
  const waiting = new Set<() => void>();
  const counts = { answered: 0, lost: 0, connections: 0 };
  let stopped = false;

  /** One connection; resolves to whether another one is to be made. */
  const connection = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      let isOpen = false;
      let isConnected = false;
      const send = (): void => {
        if (socket.destroyed || stopped) {
          socket.destroy();
          return;
        }
        isOpen = true;
        socket.write(REQUEST);
      };
      socket.setNoDelay(true);
      socket.on('connect', () => {
        isConnected = true;
        counts.connections++;
        send();
      });
      socket.on('error', () => {});
      socket.on('end', () => socket.destroy());
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1];
        const end = text.indexOf('\r\n\r\n');
        if (end === -1 || length === undefined || text.length < end + 4 + Number(length)) return;
        const status = Number(text.slice(9, 12));
        statuses[status] = (statuses[status] ?? 0) + 1;
        counts.answered++;
        isOpen = false;
        for (const check of waiting) check();
        if (/\r\nconnection: close\r\n/i.test(text)) socket.destroy();
        else setTimeout(send, Math.random() * pauseMs);
        text = '';
      });
      socket.on('close', () => {
        if (isOpen) counts.lost++;
        resolve(isConnected);
      });
    });

  const client = async (): Promise<void> => {
    let accepted = true;
    while (accepted && !stopped) accepted = await connection();
  };
  const refused = Promise.all(Array.from({ length: clients }, client)).then(() => {});
  return {
    get answered() {
      return counts.answered;
    },
    get lost() {
      return counts.lost;
    },
    get connections() {
      return counts.connections;
    },
    statuses,
    refused,
    reached: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (counts.answered >= count) resolve();
        };
        waiting.add(check);
        check();
      }),
    async stop() {
      stopped = true;
      await refused;
    },
  };
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { wrk } from '../lib/load/wrk.ts';
import { median } from '../lib/report/statistics.ts';
import { startSubject } from './subject.ts';

/** What connections that do nothing cost. */
export interface ConnectionsCost {
  /** Requests a second of others beside them to those without them, by their medians. */
  readonly rateRatio: number;
  /** Resident memory of the proxy for each, in bytes. */
  readonly bytesEach: number;
}

export interface ConnectionsOptions {
  /** How many: half of them idle behind an answer, half with an unfinished request. */
  readonly connections: number;
  readonly rounds: number;
  /** Of load in each round, without and with them. */
  readonly seconds: number;
}

/** Opens the connections to one of two proxies and loads both in turns. */
export async function measureConnections(
  address: string,
  { connections, rounds, seconds }: ConnectionsOptions,
): Promise<ConnectionsCost> {
  await using alone = await startSubject(address);
  await using beset = await startSubject(address);
  const load = ({ url }: { readonly url: string }) => wrk({ url: `${url}/`, connections: 32, seconds });
  for (const subject of [alone, beset]) await load(subject);
  const before = await beset.memory();
  const sockets: Socket[] = [];
  try {
    for (let index = 0; index < connections; index++) sockets.push(await open(beset.port, index % 2 === 0));
    const { rssBytes } = await beset.memory();
    // To know the memory, garbage is collected over and over, which throws compiled code away.
    for (const subject of [alone, beset]) await load(subject);
    const rates: [number, number][] = [];
    for (let round = 0; round < rounds; round++) {
      const free = (await load(alone)).requestsPerSecond;
      rates.push([free, (await load(beset)).requestsPerSecond]);
    }
    return {
      rateRatio: median(rates.map(([, rate]) => rate)) / median(rates.map(([rate]) => rate)),
      bytesEach: (rssBytes - before.rssBytes) / connections,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function open(port: number, idle: boolean): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(idle ? 'GET / HTTP/1.1\r\nHost: h\r\n\r\n' : 'GET / HTTP/1.1\r\nHost: h\r\nX-Slow');
  if (idle) await once(socket, 'data');
  return socket;
}

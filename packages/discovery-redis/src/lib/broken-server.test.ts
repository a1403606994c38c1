import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchedCluster } from '@evenkeel/testing/driver';
import { describe, expect, it, vi } from 'vitest';
import { redisDiscovery } from './discovery.ts';

/** What is broken, as an answer to each piece of data; `connection` is what happens at once. */
const BROKEN: Readonly<
  Record<string, { readonly connection?: (socket: Socket) => void; readonly data?: string }>
> = {
  'closes each connection': { connection: (socket) => socket.end() },
  'resets each connection': { connection: (socket) => socket.resetAndDestroy() },
  'answers everything with an error': { data: '-ERR no\r\n'.repeat(8) },
  'is loading for ever': { data: '-LOADING Redis is loading the dataset in memory\r\n'.repeat(8) },
  'speaks another protocol': { connection: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n') },
  'says yes to everything': { data: '+OK\r\n'.repeat(8) },
  'accepts and says nothing': {},
};
const SECONDS = 3;

describe('of a cluster on a server that', () => {
  it.concurrent.each(Object.entries(BROKEN))(
    '%s: at most ten connections in any second, and an error that says why',
    async (_, { connection, data }) => {
      const connectedAt: number[] = [];
      const open = new Set<Socket>();
      const server = createServer((socket) => {
        connectedAt.push(performance.now());
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.on('error', () => {});
        socket.on('data', () => data !== undefined && socket.write(data));
        connection?.(socket);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
      // No luck at all: every wait is as short as it can be.
      const cluster = watchedCluster(redisDiscovery({ url, service: 's', timeoutMs: 500 }), {
        random: () => 0,
      });
      const errors: string[] = [];
      cluster.subscribe((event) => {
        if (event.type === 'discoveryFailed') errors.push(String(event.error));
      });
      await sleep(SECONDS * 1_000);
      expect(busiestSecond(connectedAt)).toBeLessThanOrEqual(10);
      expect(errors.length).toBeGreaterThan(1);
      for (const error of errors)
        expect(error).toMatch(/DiscoveryError: redis 127\.0\.0\.1:\d+, service "s": .+/);
      expect(cluster.inspect().discovery.state).toBe('initial');
      await cluster.close();
      await vi.waitFor(() => expect(open.size).toBe(0));
      server.close();
    },
  );
});

function busiestSecond(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

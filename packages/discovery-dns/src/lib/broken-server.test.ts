import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterEvent, createCluster, type Strategy } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import { dnsDiscovery } from './discovery.ts';
import { type FakeDnsServer, fakeDnsServer } from './testing/fake-dns-server.ts';
import { type FakeAnswer, srv } from './testing/fake-records.ts';

const NAME = '_http._tcp.orders.test';
const SECONDS = 3;

const services = (count: number): FakeAnswer => ({
  answers: Array.from({ length: count }, (_, index) => srv(NAME, [0, 1, 80], `h${index}.test`, 1)),
});

/** What is broken: the answer to each query. */
const BROKEN: Readonly<Record<string, FakeDnsServer['answer']>> = {
  'says SERVFAIL': () => ({ code: 2 }),
  'says REFUSED': () => ({ code: 5 }),
  'is silent': () => undefined,
  'sends nonsense': ({ id }) => Buffer.concat([Buffer.of(id >> 8, id & 255), Buffer.alloc(40, 0xc0)]),
  'truncates, and hangs up over TCP': (query) => {
    if (query.transport === 'udp') return { truncated: true };
    query.hangUp();
    return undefined;
  },
  'names targets that it cannot resolve': ({ kind }) => (kind === 'SRV' ? services(8) : { code: 2 }),
};

describe('of a cluster on a server that', () => {
  it.concurrent.each(Object.entries(BROKEN))(
    '%s: at most ten queries a second, and errors that say why',
    async (_, answer) => {
      const server = await fakeDnsServer(answer);
      const discovery = dnsDiscovery({ srv: NAME, servers: [server.address], timeoutMs: 500 });
      // No luck at all: every wait is as short as it can be.
      const cluster = createCluster({ name: 's', discovery, strategy: nobody(), random: () => 0 });
      const events: ClusterEvent[] = [];
      cluster.subscribe((event) => events.push(event));
      await sleep(SECONDS * 1_000);
      expect(server.queries.length).toBeLessThanOrEqual(10 * SECONDS);
      const errors = events.filter((event) => event.type === 'discoveryFailed');
      expect(errors.length).toBeGreaterThan(1);
      for (const { error } of errors) expect(String(error)).toMatch(/^DnsError: .+/);
      expect(cluster.inspect().discovery.state).toBe('initial');
      await cluster.close();
      await server.close();
    },
  );
});

function nobody(): Strategy {
  return { name: 'nobody', update: () => {}, pick: () => undefined, clone: nobody };
}

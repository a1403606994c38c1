import { expect, it } from 'vitest';
import { checkParsed } from '../commands/check.ts';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';

const BEFORE = 'discovery: ';

/** What a check says of one discovery: the column within it, the path below `discovery`, and the message. */
async function complaints(discovery: string): Promise<string[]> {
  const line = `clusters: { api: { ${BEFORE}${discovery} } }`;
  const text = `${line}\nlisteners: [{ port: 0 }]\nroutes: [{ cluster: api }]\n`;
  try {
    await checkParsed(parseConfig(configText('f', text, {})));
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .map((line) => line.replace(/^f:\d+:\d+: clusters\.api\.discovery\.?/, ''));
  }
}

it.each([
  '{ redis: { url: "redis://127.0.0.1:6379", service: my-service } }',
  '{ redis: { url: "rediss://u:p@redis.example.com", service: a/b, prefix: x, plainPrefix: y, tls: { servername: r } } }',
  '{ redis: { sentinel: { name: mymaster, nodes: ["10.0.0.1:26379"], password: x }, service: s, db: 1, password: y } }',
  '{ redis: { cluster: ["10.0.0.1:7000", "[::1]:7001"], service: s, username: u, password: p } }',
  '{ redis: { url: "redis://a", service: s, pollMs: 1000, plainPollMs: 500, pingMs: 100, timeoutMs: 50 } }',
  '{ consul: { address: "127.0.0.1:8500", service: my-service } }',
  '{ consul: { address: "https://a", service: s, token: t, tls: { servername: b }, namespace: n, partition: p } }',
  '{ consul: { address: unix:///c, query: q, datacenter: dc, consistency: cached, pollMs: 1000 } }',
  '{ consul: { address: a, service: s, datacenters: [a, b], tags: [c], filter: x, waitMs: 1000, pingMs: 100, timeoutMs: 9 } }',
  '{ etcd: { endpoints: ["127.0.0.1:2379", "[::1]"], service: my-service } }',
  '{ etcd: { endpoints: ["https://a"], service: s, prefix: "", username: u, password: p, tls: {}, pingMs: 50, timeoutMs: 5 } }',
  '{ zookeeper: { servers: ["127.0.0.1:2181"], base: /services, service: my-service } }',
  '{ zookeeper: { servers: [a, "[::1]:1"], service: s, auth: "u:p", base: /, sessionTimeoutMs: 5000, pollMs: 50, timeoutMs: 9 } }',
  '{ dns: { srv: _http._tcp.orders.default.svc.cluster.local } }',
  '{ dns: { name: orders.default.svc.cluster.local, port: 8080, family: ipv6, transport: tcp, logical: true } }',
  '{ dns: { srv: orders.service.consul, servers: ["127.0.0.1:8600", "::1"], defaultTtlMs: 1000, tries: 3 } }',
  '{ dns: { srv: a.b, timeoutMs: 10, minTtlMs: 500, maxTtlMs: 1000, emptyHoldMs: 0, obsoleteHoldMs: 5 } }',
  '{ merge: [{ redis: { url: "redis://a", service: s } }, { dns: { srv: a.b } }, { static: ["a:1"] }] }',
])('takes %s', async (discovery) => {
  expect(await complaints(discovery)).toEqual([]);
});

it.each<[string, string]>([
  ['{ redsi: {} }', 'redsi: unknown key, did you mean "redis"? expected static, file, merge, dns, redis'],
  ['{ redis: { url: "redis://a" } }', 'redis.service: missing, expected 1 to 255 characters without braces'],
  [
    '{ redis: { service: s } }',
    'redis: got an object with service, expected exactly one of url, sentinel, cluster',
  ],
  [
    '{ redis: { service: s, url: "redis://a", cluster: ["a:1"] } }',
    'redis: got an object with service, url, cluster, expected exactly one of url, sentinel, cluster',
  ],
  [
    '{ redis: { service: s, url: "http://user:secret@a" } }',
    'redis.url: got "http://…@a", expected redis://host:port or rediss://host:port',
  ],
  ['{ redis: { service: s, url: "redis://a:port" } }', 'redis.url: got "'],
  [
    '{ redis: { service: "{s}", url: "redis://a" } }',
    'redis.service: got "{s}", expected 1 to 255 characters',
  ],
  ['{ redis: { service: s, cluster: [a] } }', 'redis.cluster[0]: got "a", expected "host:port"'],
  [
    '{ redis: { service: s, cluster: [] } }',
    'redis.cluster: got an empty list, expected a list of "host:port"',
  ],
  [
    '{ redis: { service: s, sentinel: { name: m } } }',
    'redis.sentinel.nodes: missing, expected a list of "host:port"',
  ],
  [
    '{ redis: { service: s, url: "redis://a", polMs: 1 } }',
    'redis.polMs: unknown key, did you mean "pollMs"?',
  ],
  [
    '{ redis: { service: s, url: "redis://a", pollMs: 1 } }',
    'redis.pollMs: got 1, expected a number of at least 50',
  ],
  [
    '{ redis: { service: s, url: "rediss://a", tls: { caFile: none.pem } } }',
    'redis.tls.caFile: got "none.pem", expected a file that can be read (ENOENT)',
  ],
  [
    '{ redis: { service: s, url: "rediss://a", tls: { certFile: c.pem } } }',
    'redis.tls: got an object with certFile, expected certFile and keyFile together',
  ],
  [
    '{ redis: { service: s, url: "redis://a", password: "${PASSWORD}" } }',
    'redis.password: the environment variable PASSWORD is not set',
  ],
  ['{ consul: { service: s } }', 'consul.address: missing, expected a string that is not empty'],
  [
    '{ consul: { address: a } }',
    'consul: got an object with address, expected exactly one of service, query',
  ],
  [
    '{ consul: { address: "ftp://a", service: s } }',
    'consul.address: got "ftp:", expected "host:port", http://',
  ],
  [
    '{ consul: { address: a, service: s, token: "my secret" } }',
    'consul.token: got "…", expected 1 to 512 characters',
  ],
  [
    '{ consul: { address: a, service: .. } }',
    'consul.service: got "..", expected a name of 1 to 255 characters',
  ],
  [
    '{ consul: { address: a, service: s, datacenters: [b, b] } }',
    'consul.datacenters: got an array, expected 1 to 12',
  ],
  [
    '{ consul: { address: a, service: s, consistency: old } }',
    'consul.consistency: got "old", expected one of "stale"',
  ],
  ['{ consul: { address: a, query: q, filter: f } }', 'consul.filter: got "f", expected none'],
  [
    '{ etcd: { service: s } }',
    'etcd.endpoints: missing, expected a list of "http://host:port", "https://host:port" or',
  ],
  [
    '{ etcd: { endpoints: [], service: s } }',
    'etcd.endpoints: got an empty list, expected a list of "http://',
  ],
  [
    '{ etcd: { endpoints: ["a:b"], service: s } }',
    'etcd.endpoints[0]: got "a:b", expected "http://host:port"',
  ],
  [
    '{ etcd: { endpoints: ["http://u:secret@a"], service: s } }',
    'etcd.endpoints[0]: got "http://…@a", expected "http://',
  ],
  [
    '{ etcd: { endpoints: [a], service: a/b } }',
    'etcd.service: got "a/b", expected 1 to 255 characters, no slash',
  ],
  [
    '{ etcd: { endpoints: [a], service: s, prefix: a/ } }',
    'etcd.prefix: got "a/", expected up to 255 characters',
  ],
  [
    '{ etcd: { endpoints: [a], service: s, password: p } }',
    'etcd.username: got undefined, expected the name of a user',
  ],
  [
    '{ etcd: { endpoints: ["http://a"], service: s, tls: {} } }',
    'etcd.tls: got an object, expected nothing beside http://',
  ],
  [
    '{ zookeeper: { service: s } }',
    'zookeeper.servers: missing, expected a list of servers, "host:port" each',
  ],
  [
    '{ zookeeper: { servers: [a/b], service: s } }',
    'zookeeper.servers[0]: got "a/b", expected "host:port" with a port',
  ],
  [
    '{ zookeeper: { servers: ["a:0"], service: s } }',
    'zookeeper.servers[0]: got "a:0", expected "host:port" with a port',
  ],
  [
    '{ zookeeper: { servers: [a], service: s, base: x } }',
    'zookeeper.base: got "x", expected an absolute path',
  ],
  [
    '{ zookeeper: { servers: [a], service: s, base: /a//b } }',
    'zookeeper.base: got "/a//b", expected an absolute path',
  ],
  [
    '{ zookeeper: { servers: [a], service: s/t } }',
    'zookeeper.service: got "s/t", expected 1 to 255 characters',
  ],
  [
    '{ zookeeper: { servers: [a], service: s, auth: secret } }',
    'zookeeper.auth: got "…", expected "user:password"',
  ],
  ['{ dns: {} }', 'dns: got an empty object, expected either srv, or name and port'],
  ['{ dns: { name: a.b } }', 'dns: got an object with name, expected either srv, or name and port'],
  [
    '{ dns: { srv: a.b, port: 1 } }',
    'dns: got an object with srv, port, expected either srv, or name and port',
  ],
  ['{ dns: { srv: 10.0.0.1 } }', 'dns.srv: got "10.0.0.1", expected a whole DNS name'],
  ['{ dns: { srv: a.b, servers: [dns.test] } }', 'dns.servers[0]: got "dns.test", expected an IP address'],
  [
    '{ dns: { srv: a.b, minTtlMs: 500, maxTtlMs: 400 } }',
    'dns.maxTtlMs: got 400, expected a number from 500 to',
  ],
  [
    '{ merge: [{ static: ["a:1"] }, { dns: { srv: "a b" } }] }',
    'merge[1].dns.srv: got "a b", expected a whole DNS name',
  ],
])('complains once of %s', async (discovery, expected) => {
  const found = await complaints(discovery);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
  expect(found[0]).not.toContain('secret');
});

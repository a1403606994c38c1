import { expect, it } from 'vitest';
import { configText } from '../config/config-text.ts';
import { checkRegister } from './check-register.ts';

/** Everything that a check says of a file, without the file's name and the places. */
async function complaints(register: string): Promise<string[]> {
  try {
    await checkRegister(configText('f', `register: ${register}`, { TOKEN: 'secret' }));
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^f:\d+:\d+: /, ''));
  }
}

const REDIS = 'redis: { url: "redis://127.0.0.1:6379", service: orders }, address: "10.0.0.7:8080"';

it.each([
  `{ ${REDIS} }`,
  '{ redis: { cluster: ["a:1"], service: s, prefix: p, password: "${TOKEN}" }, address: "[::1]:80" }',
  '{ consul: { address: "127.0.0.1:8500", service: s, token: "${TOKEN}" }, address: "10.0.0.7:80", tags: [a] }',
  '{ consul: { address: a, service: s, check: { url: "http://b/", intervalMs: 1000 }, warningWeight: 0 }, address: "b:80" }',
  '{ etcd: { endpoints: [a], service: s, username: u, password: "${TOKEN}" }, address: "a:80" }',
  '{ zookeeper: { servers: [a], service: s, base: /b, auth: "u:${TOKEN}" }, address: "a:80" }',
  `{ ${REDIS}, id: a, weight: 0, priority: 1, zone: b, version: "1", tags: [x], metadata: { a: b } }`,
  `{ ${REDIS}, ttlMs: 3000, timeoutMs: 500, drainDelayMs: 0, shutdown: { graceMs: 1 } }`,
  `{ ${REDIS}, ready: { http: { path: /healthz, expectedStatus: [204] }, address: "127.0.0.1:1", withinMs: 0 } }`,
  `{ ${REDIS}, ready: { tcp: {}, intervalMs: 10, timeoutMs: 10 } }`,
  `{ ${REDIS}, ready: {} }`,
])('takes %s', async (register) => {
  expect(await complaints(register)).toEqual([]);
});

it.each<[string, string]>([
  ['{ address: "a:1" }', 'register: got an object with address, expected exactly one of redis'],
  [
    `{ ${REDIS}, etcd: { endpoints: [a], service: s } }`,
    'register: got an object with redis, address, etcd, expected exactly one of redis, ',
  ],
  [
    '{ etcd: { endpoints: [a], service: s }, address: "a:80", id: a/b }',
    'register.id: got "a/b", expected 1 to 512',
  ],
  [
    '{ consul: { address: a, service: s }, address: "b:80", weight: 0.5 }',
    'register.weight: got 0.5, expected an integer',
  ],
  [
    '{ consul: { address: a, service: s, check: { url: b } }, address: "b:80" }',
    'register.consul.check.url: got "b", expected a URL',
  ],
  ['{ redsi: {}, address: "a:1" }', 'register.redsi: unknown key, did you mean "redis"?'],
  ['{ redis: { url: "redis://a", service: s } }', 'register.address: missing, expected "host:port"'],
  [
    '{ redis: { url: "redis://a", service: s }, address: "0.0.0.0:80" }',
    'register.address: got "0.0.0.0:80", expected',
  ],
  [
    '{ redis: { url: "redis://a", service: s }, address: "[::]:80" }',
    'register.address: got "[::]:80", expected',
  ],
  [`{ ${REDIS}, adress: x }`, 'register.adress: unknown key, did you mean "address"?'],
  [`{ ${REDIS}, weight: -1 }`, 'register.weight: got -1, expected a number from 0 to 65535'],
  [`{ ${REDIS}, tags: a }`, 'register.tags: got "a", expected a list of tags'],
  [`{ ${REDIS}, metadata: { a: 1 } }`, 'register.metadata.a: got 1, expected a string'],
  [`{ ${REDIS}, ttlMs: 10 }`, 'register.ttlMs: got 10, expected a number from 300 to 86400000'],
  [
    `{ ${REDIS}, ready: { http: {}, tcp: {} } }`,
    'register.ready: got an object with http, tcp, expected only one of http, tcp',
  ],
  [`{ ${REDIS}, ready: { http: { path: x } } }`, 'register.ready.http.path: got "x", expected a path'],
  [`{ ${REDIS}, ready: { http: { host: "a b" } } }`, 'register.ready.http.host: got "a b", expected a host'],
  [`{ ${REDIS}, id: "a\\tb" }`, 'register.id: got "a\\tb", expected 1 to 512 characters'],
  [
    '{ redis: { url: "redis://a", service: s, pollMs: 50 }, address: "a:1" }',
    'register.redis.pollMs: unknown key',
  ],
  [
    '{ redis: { url: "redis://a:${PORT}", service: s }, address: "a:1" }',
    'register.redis.url: the environment variable PORT is not set',
  ],
  [
    '{ redis: { url: "rediss://a", service: s, tls: { caFile: none.pem } }, address: "a:1" }',
    'register.redis.tls.caFile: got "none.pem", expected a file that can be read (ENOENT)',
  ],
])('complains once of %s', async (register, expected) => {
  const found = await complaints(register);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

it('tells everything that is wrong at once', async () => {
  expect(await complaints('{ redis: { url: x }, address: y, zone: "" }')).toHaveLength(4);
  expect(await complaints('[')).toEqual([expect.stringContaining('not valid YAML')]);
});

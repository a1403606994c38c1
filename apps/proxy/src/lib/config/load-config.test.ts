import { strategyNames } from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import { checkParsed } from '../commands/check.ts';
import { configText } from './config-text.ts';
import { parseConfig } from './load-config.ts';

/** Everything that a check says of a configuration, without the file's name. */
async function complaints(text: string, environment = {}): Promise<string[]> {
  try {
    await checkParsed(parseConfig(configText('f', text, environment)));
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^f:/, ''));
  }
}

const LISTENERS = 'listeners: [{ port: 0 }]\n';
const ROUTES = 'routes: [{ cluster: api }]\n';
const STATIC = 'discovery: { static: ["127.0.0.1:1"] }';

/** A configuration whose one cluster has more settings. */
const clusterWith = (settings: string) =>
  `${LISTENERS}${ROUTES}clusters:\n  api: { ${STATIC}, ${settings} }\n`;

it('takes the smallest configuration', async () => {
  expect(await complaints(`${LISTENERS}${ROUTES}clusters: { api: { ${STATIC} } }`)).toEqual([]);
});

it.each([
  ...strategyNames.map((name) => `strategy: ${name}`),
  ...strategyNames.map((name) => `strategy: { ${name}: {} }`),
  'strategy: { ring-hash: { layout: ketama } }, hashKey: { header: x-user }',
  'strategy: { sticky: { fallback: { least-request: { choices: 3 } }, keys: remember } }, hashKey: { path: true }',
  'strategy: { bounded-load: { base: maglev, epsilon: 0.5 } }',
  'strategy: { first-fit: { maxInFlight: 10 } }',
  'healthCheck: { tcp: {}, intervalMs: 100, unhealthyIntervalMs: 50, timeoutMs: 50, rise: 1, fall: 1 }',
  'healthCheck: { http: { path: /healthz, expectedStatus: [200, 204] }, initial: unhealthy, concurrency: 5 }',
  'outlierDetection: false',
  'outlierDetection: { detectors: { consecutiveFailures: { count: 3 }, failureRatio: {} }, maxEjectedRatio: 0.5 }',
  'panic: { thresholdRatio: 0, mode: failClosed }, priority: { overprovisioningFactor: 2 }, zone: { local: a }',
  'subset: { clientId: me, size: 3 }, slowStart: { windowMs: 1000 }, guard: { onEmpty: accept }',
  'subset: { clientIndex: 0, clientCount: 3 }',
  'concurrencyLimit: { fixed: 5 }',
  'concurrencyLimit: { gradient: { max: 50 } }',
  'retry: false, hedge: { delayMs: 50 }, perTryTimeoutMs: 100, overallTimeoutMs: 1000, hostHeader: endpoint',
])('takes a cluster with %s', async (settings) => {
  expect(await complaints(clusterWith(settings))).toEqual([]);
});

it('takes the other sections, and discoveries within discoveries', async () => {
  const text = `
listeners: [{ port: 0, host: 127.0.0.1 }, { port: 0, host: "::1" }]
clusters:
  api: { discovery: { merge: [{ static: ["127.0.0.1:1"] }, { file: endpoints.yaml }] } }
routes:
  - { match: { host: "*.example.com", path: /api }, cluster: api, name: main, retry: { maxRetries: 1 } }
client: { connectTimeoutMs: 500, retry: false }
name: edge-1
trustedProxies: [10.0.0.0/8, "::1"]
upgrades: []
maxTargetLength: 4096
maxHeaders: 50
connections: { headersTimeoutMs: 5000, maxHeaderBytes: 8192 }
shutdown: { graceMs: 1000 }
`;
  expect(await complaints(text)).toEqual([]);
});

it.each<[string, string, string[]]>([
  ['nothing', '', ['1:1: got nothing, expected an object with']],
  ['no mapping', '- a', ['1:1: got a list, expected an object with']],
  ['bad YAML', 'listeners: [', ['1:13: not valid YAML']],
  ['a key twice', `${LISTENERS}${LISTENERS}`, ['2:1: not valid YAML: Map keys must be unique']],
  [
    'how requests are tried, on a route that sends none',
    `${LISTENERS}clusters: { api: { ${STATIC} } }\nroutes: [{ respond: {}, retry: { backoffBaseMs: 100, backoffMaxMs: 5 } }]`,
    ['3:68: routes[0].retry.backoffMaxMs: got 5, expected a number of at least 100'],
  ],
  ['two documents', '{}\n---\n{}', ['2:1: not valid YAML: a second document begins here']],
  ['a long text', 'x'.repeat(500), [`1:1: got "${'x'.repeat(99)}…, expected an object with`]],
  ['missing sections', '{}', ['1:1: listeners: missing', '1:1: clusters: missing', '1:1: routes: missing']],
  [
    'no listener',
    `listeners: []\n${ROUTES}clusters: { api: { ${STATIC} } }`,
    ['1:12: listeners: got an empty list, expected a list of listeners, at least 1'],
  ],
  [
    'no cluster',
    `${LISTENERS}${ROUTES}clusters: {}`,
    [
      '2:21: routes[0].cluster: there is no cluster "api"',
      '3:11: clusters: got an empty object, expected at least one cluster',
    ],
  ],
  [
    'a port out of range',
    'listeners: [{ port: 70000 }]',
    ['1:21: listeners[0].port: got 70000, expected an integer from 0 to 65535'],
  ],
  [
    'a port as text',
    'listeners: [{ port: "80" }]',
    ['1:21: listeners[0].port: got "80", expected an integer from 0 to 65535'],
  ],
  [
    'an unknown key',
    'listeners: [{ port: 1, hots: a }]',
    ['1:24: listeners[0].hots: unknown key, did you mean "host"? expected port, host'],
  ],
  [
    'an alias to nothing',
    'a: 1\nlisteners: *nope\nclusters: *other',
    [
      '2:12: not valid YAML: there is no anchor &nope before this',
      '3:11: not valid YAML: there is no anchor &other before this',
    ],
  ],
  [
    'a name that objects cannot have',
    'clusters: { __proto__: { a: 1 } }',
    ['1:13: not valid YAML: no key can be called __proto__'],
  ],
  [
    'an alias within itself',
    'clusters: &a { merge: [*a] }',
    ['1:24: not valid YAML: *a is a part of itself'],
  ],
  [
    'the same listener twice',
    'listeners: [{ port: 80 }, { port: 81 }, { port: 80, host: "::" }]',
    ['1:41: listeners[2]: got an object with port, host, expected another port or host than listeners[0]'],
  ],
  [
    'an address that is none',
    'listeners: [{ port: 1, host: 300.1.1.1 }]',
    ['1:30: listeners[0].host: got "300.1.1.1", expected an IP address of this machine or a host name'],
  ],
  [
    'a fraction of a millisecond where there are none',
    'connections: { lingerMs: 0.5 }',
    ['1:26: connections.lingerMs: got 0.5, expected an integer from 0 to 2147483647'],
  ],
  [
    'a key unlike any',
    'listeners: [{ port: 1, xyzzy: a }]',
    ['1:24: listeners[0].xyzzy: unknown key, expected port, host'],
  ],
])('complains of %s', async (_, text, expected) => {
  const found = await complaints(text);
  for (const start of expected) expect(found).toContainEqual(expect.stringContaining(start));
});

it.each<[string, string]>([
  [
    'strategy: peak-ewa',
    '4:60: clusters.api.strategy: got "peak-ewa", did you mean "peak-ewma"? expected one of round-robin, smooth',
  ],
  ['strategy: 5', '4:60: clusters.api.strategy: got 5, expected one of round-robin'],
  [
    'strategy: { ringHash: {} }',
    '4:62: clusters.api.strategy.ringHash: unknown key, did you mean "ring-hash"?',
  ],
  [
    'strategy: { p2c: {}, random: {} }',
    '4:60: clusters.api.strategy: got an object with p2c, random, expected exactly one of round-robin',
  ],
  [
    'strategy: { maglev: { tableSize: 8 } }',
    '4:83: clusters.api.strategy.maglev.tableSize: got 8, expected a prime number',
  ],
  [
    'strategy: { first-fit: { maxInFlight: 0 } }',
    'clusters.api.strategy.first-fit.maxInFlight: got 0, expected a number of at least 1',
  ],
  [
    'healthCheck: { intervalMs: 5 }',
    'clusters.api.healthCheck: got an object with intervalMs, expected exactly one of http, grpc, tcp',
  ],
  [
    'healthCheck: { http: { path: healthz } }',
    'clusters.api.healthCheck.http.path: got "healthz", expected a path that starts with "/"',
  ],
  [
    'healthCheck: { http: { expectedStatus: 2xx } }',
    'http.expectedStatus: got "2xx", expected a list of statuses from 100 to 599, at least 1',
  ],
  ['outlierDetection: true', 'clusters.api.outlierDetection: got true, expected false or an object'],
  [
    'outlierDetection: { maxEjectedRatio: 10 }',
    'clusters.api.outlierDetection.maxEjectedRatio: got 10, expected a number from 0 to 1',
  ],
  [
    'outlierDetection: { baseEjectionMs: 10, maxEjectionMs: 5 }',
    'clusters.api.outlierDetection.maxEjectionMs: got 5, expected a number of at least 10',
  ],
  [
    'panic: { mode: never }',
    'clusters.api.panic.mode: got "never", expected one of "failOpen", "failClosed", "lastGood"',
  ],
  [
    'subset: { clientIndex: 0 }',
    'clusters.api.subset: got an object with clientIndex, expected clientId, or clientIndex and clientCount',
  ],
  [
    'retry: { methods: [get] }',
    'clusters.api.retry.methods[0]: got "get", expected a method in capital letters',
  ],
  ['stratgy: p2c', 'clusters.api.stratgy: unknown key, did you mean "strategy"?'],
  [
    'hashKey: {}',
    'clusters.api.hashKey: got an empty object, expected exactly one of header, cookie, query, path, clientAddress',
  ],
])('complains of a cluster with %s', async (settings, expected) => {
  const found = await complaints(clusterWith(settings));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

it.each<[string, string]>([
  [
    'discovery: { static: ["127.0.0.1"] }',
    'clusters.api.discovery.static[0]: got "127.0.0.1", expected "host:port" with a port from 1 to 65535',
  ],
  [
    'discovery: { static: [{ address: "a:1", wieght: 2 }] }',
    'clusters.api.discovery.static[0].wieght: unknown key, did you mean "weight"?',
  ],
  [
    'discovery: { static: [{ address: "a:1", weight: -2 }] }',
    'clusters.api.discovery.static[0].weight: got -2, expected a number from 0 to 65535',
  ],
  [
    'discovery: { static: ["a:1", { address: "b:1", id: "a:1" }] }',
    '3:49: clusters.api.discovery.static[1]: got an object with address, id, expected an endpoint whose id differs from that of static[0]',
  ],
  [
    'discovery: { static: ["a:1"], file: x }',
    'clusters.api.discovery: got an object with static, file, expected exactly one of static, file, merge',
  ],
  [
    'discovery: { merge: [{ statik: [] }] }',
    'clusters.api.discovery.merge[0].statik: unknown key, did you mean "static"?',
  ],
  ['strategy: p2c', 'clusters.api.discovery: missing, expected an object with one of static, file, merge'],
])('complains of %s', async (cluster, expected) => {
  const found = await complaints(`${LISTENERS}${ROUTES}clusters: { api: { ${cluster} } }`);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

it.each<[string, string]>([
  [
    '{ cluster: apii }',
    '2:22: routes[0].cluster: there is no cluster "apii", did you mean "api"? expected one of "api"',
  ],
  [
    '{ cluster: api, match: { path: x } }',
    '2:42: routes[0].match.path: got "x", expected a path that starts with "/"',
  ],
  ['{ cluster: api, match: { host: "a b" } }', '2:42: routes[0].match.host: got "a b", expected a host name'],
  [
    '{ cluster: api }, { cluster: api }',
    'routes[1].match: got "*/", expected a match that no earlier route has',
  ],
  [
    '{ match: { path: /a } }',
    'routes[0]: got an object with match, expected exactly one of cluster, split, redirect, respond',
  ],
  ['{ cluster: api, respond: {} }', 'expected exactly one of cluster, split, redirect, respond'],
  [
    '{ split: [{ cluster: apii, weight: 1 }] }',
    'routes[0].split[0].cluster: there is no cluster "apii", did you mean "api"?',
  ],
  ['{ cluster: api, mirror: { cluster: apii } }', 'routes[0].mirror.cluster: there is no cluster "apii"'],
  [
    '{ cluster: api, match: { methods: [get] } }',
    'routes[0].match.methods[0]: got "get", expected a method in capital letters',
  ],
  [
    '{ cluster: api, match: { headers: { x: { regex: "(" } } } }',
    'routes[0].match.headers.x.regex: got "(", expected a regular expression',
  ],
  [
    '{ cluster: api, match: { headers: { x: 5 } } }',
    'routes[0].match.headers.x: got 5, expected a string, true, false',
  ],
  [
    '{ cluster: api, match: { path: "/:a/:a" } }',
    'routes[0].match.path: got "/:a/:a", expected parameters with different names',
  ],
  [
    '{ redirect: { path: "/{id}" } }',
    'routes[0].redirect.path: got "/{id}", expected only parameters of the route: none',
  ],
  ['{ redirect: { status: 200 } }', 'routes[0].redirect.status: got 200, expected one of 301'],
  [
    '{ cluster: api, rewrite: { prefix: /a, path: /b } }',
    'routes[0].rewrite: got an object, expected one of prefix',
  ],
  [
    '{ cluster: api, requestHeaders: { set: { te: x } } }',
    'routes[0].requestHeaders.set.te: got "te", expected a field that does not frame',
  ],
  ['{ respond: { status: 204, body: x } }', 'routes[0].respond.body: got "x", expected none'],
  [
    '{ cluster: api, match: { path: "/:a" } }, { cluster: api, match: { path: "/:b" } }',
    'routes[1].match: got "*/:b", expected a match that no earlier route has',
  ],
])('complains of the route %s', async (routes, expected) => {
  const found = await complaints(`${LISTENERS}routes: [ ${routes} ]\nclusters: { api: { ${STATIC} } }`);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

const cached = (settings: string) =>
  complaints(`${LISTENERS}routes: [{ cluster: api, cache: ${settings} }]\nclusters: { api: { ${STATIC} } }`);

it.each([
  '{}',
  '{ store: memory, memoryBytes: 1000, maxEntryBytes: 100, maxTtlMs: 60000, cacheStatus: false }',
  '{ store: { redis: { url: "redis://127.0.0.1:1" } }, prefix: shop, timeoutMs: 10, compress: true, tagFields: [x-tags] }',
  '{ store: { redis: { cluster: ["127.0.0.1:1"], password: x, channel: c, silentMs: 100 } }, compress: { minBytes: 1 } }',
  '{ store: { redis: { sentinel: { name: m, nodes: ["127.0.0.1:1"] } } }, trustMs: 0, blindTrustMs: 50, lockMs: 10 }',
  '{ store: redis }',
  '{ store: memcached }',
  '{ store: "rediss://user:password@example.com:6380/1" }',
  '{ store: "memcached://127.0.0.1:11211,127.0.0.1:11212" }',
  '{ store: { memcached: { servers: ["127.0.0.1:1", "[::1]:2"], itemBytes: 2048 } }, failureThreshold: 1, probeMs: 100 }',
  '{ heuristic: { ratio: 0.2 }, honourRequest: false, collapseMs: 0, pollMs: 5, keepStaleMs: 0, targetedFields: [] }',
  '{ prefixDepth: 0, keyFields: [], maxPendingBytes: 1000 }',
])('takes a route with the cache %s', async (settings) => {
  expect(await cached(settings)).toEqual([]);
});

it.each<[string, string]>([
  ['5', '2:33: routes[0].cache: got 5, expected an object with store, prefix'],
  ['{ stor: memory }', '2:35: routes[0].cache.stor: unknown key, did you mean "store"?'],
  [
    '{ store: rediss }',
    '2:42: routes[0].cache.store: got "rediss", expected "memory", "redis", "memcached", "redis://host:port", "memcached://host:port,host:port", or an object with one of redis, memcached',
  ],
  [
    '{ store: { redis: { url: "redis://a" }, memcached: { servers: ["a:1"] } } }',
    'routes[0].cache.store: got an object with redis, memcached, expected exactly one of redis, memcached',
  ],
  ['{ store: { redys: {} } }', 'routes[0].cache.store.redys: unknown key, did you mean "redis"?'],
  [
    '{ store: { redis: {} } }',
    'routes[0].cache.store.redis: got an empty object, expected exactly one of url, sentinel, cluster',
  ],
  [
    '{ store: { redis: { url: "http://me:hunter2@x" } } }',
    'routes[0].cache.store.redis.url: got "http://…@x", expected redis://host:port or rediss://host:port',
  ],
  [
    '{ store: { redis: { url: "rediss://a", tls: { caFile: nowhere.pem } } } }',
    'routes[0].cache.store.redis.tls.caFile: got "nowhere.pem", expected a file that can be read (ENOENT)',
  ],
  [
    '{ store: { memcached: { servers: [a] } } }',
    'routes[0].cache.store.memcached.servers[0]: got "a", expected "host:port"',
  ],
  [
    '{ store: { memcached: { servers: ["a:1", "a:1"] } } }',
    'routes[0].cache.store.memcached.servers: got an array, expected a list of different "host:port"',
  ],
  [
    '{ store: { memcached: { servers: ["a:1"], maxValueBytes: 2000 } } }',
    'routes[0].cache.store.memcached.maxValueBytes: got 2000, expected an integer from 921600',
  ],
  ['{ maxEntryBytes: 0 }', 'routes[0].cache.maxEntryBytes: got 0, expected an integer of at least 1'],
  ['{ timeoutMs: 0 }', 'routes[0].cache.timeoutMs: got 0, expected a number of at least 1'],
  ['{ prefix: "a b" }', 'routes[0].cache.prefix: got "a b", expected 1 to 32 letters'],
  [
    '{ tagFields: [X-Tag] }',
    'routes[0].cache.tagFields[0]: got "X-Tag", expected a field name in lower case',
  ],
  ['{ compress: 5 }', 'routes[0].cache.compress: got 5, expected true, false or an object with minBytes'],
  ['{ heuristic: { ratio: 2 } }', 'routes[0].cache.heuristic.ratio: got 2, expected a number from 0 to 1'],
])('complains of the cache %s', async (settings, expected) => {
  const found = await cached(settings);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

it('tells everything that is wrong at once, in the order of the file', async () => {
  const found = await complaints(`
listeners: [{ port: -1 }]
clusters:
  api:
    discovery: { static: ["x"] }
    panic: { thresholdRatio: 2 }
  other: { ${STATIC}, stratgy: p2c }
routes: [{ cluster: nobody }]
`);
  expect(found.map((line) => line.split(':')[0])).toEqual(['2', '5', '6', '7', '8']);
});

/** The fields that a check complains of. */
async function wrongFields(text: string): Promise<string[]> {
  return (await complaints(text)).map((line) => /^\d+:\d+: ([^:]+):/.exec(line)?.[1] ?? line);
}

it('tells of routes whether or not their clusters exist, and of each peer', async () => {
  const text = `
trustedProxies: [10.0.0.0/99, foo, 10.0.0.0/8, "::/129"]
${LISTENERS}clusters: { api: { ${STATIC} } }
routes:
  - { cluster: q, match: { path: x, host: "a*b" } }
  - { cluster: api, match: { host: A } }
  - { cluster: api, match: { host: a, path: / } }
`;
  expect(await wrongFields(text)).toEqual([
    'trustedProxies[0]',
    'trustedProxies[1]',
    'trustedProxies[3]',
    'routes[0].cluster',
    'routes[0].match.path',
    'routes[0].match.host',
    'routes[2].match',
  ]);
});

it('tells of a duplicate beside a broken endpoint', async () => {
  const discovery = 'discovery: { merge: [{ static: ["a:1", "b", "a:1"] }] }';
  expect(await wrongFields(`${LISTENERS}${ROUTES}clusters: { api: { ${discovery} } }`)).toEqual([
    'clusters.api.discovery.merge[0].static[1]',
    'clusters.api.discovery.merge[0].static[2]',
  ]);
});

it('tells of what only building finds, in every part, beside what the schema finds', async () => {
  const text = `
listeners: [{ port: x }]
clusters:
  a:
    ${STATIC}
    strategy: { maglev: { tableSize: 8 } }
    outlierDetection: { baseEjectionMs: 10, maxEjectionMs: 5 }
    retry: { backoffBaseMs: 9, backoffMaxMs: 8 }
  b: { ${STATIC}, strategy: { rendezvous: { buckets: 3 } } }
  c: { ${STATIC}, panic: 1 }
routes: [{ cluster: a, retry: { backoffBaseMs: 7, backoffMaxMs: 6 } }]
client: { hedge: { minDelayMs: 1e10 }, retry: { backoffBaseMs: 5, backoffMaxMs: 4 } }
`;
  expect(await wrongFields(text)).toEqual([
    'listeners[0].port',
    'clusters.a.strategy.maglev.tableSize',
    'clusters.a.outlierDetection.maxEjectionMs',
    'clusters.a.retry.backoffMaxMs',
    'clusters.b.strategy.rendezvous.buckets',
    'clusters.c.panic',
    'routes[0].retry.backoffMaxMs',
    'client.hedge.minDelayMs',
    'client.retry.backoffMaxMs',
  ]);
});

it('shows no secrets', async () => {
  const found = await complaints(
    clusterWith('strategy: { sticky: { secret: 5 } }, hostHeader: "//me:hunter2@x"'),
  );
  expect(found).toHaveLength(1);
  const discovery = 'discovery: { redis: { url: "http://me:hunter2@x", service: s, password: "" } }';
  const wrong = await complaints(`${LISTENERS}${ROUTES}clusters: { api: { ${discovery} } }`);
  expect(wrong).toHaveLength(2);
  expect(wrong.join()).toContain('got "http://…@x"');
  expect([...found, ...wrong].join()).not.toContain('hunter2');
});

it('takes text from environment variables, and names those that are missing', async () => {
  const text = `${LISTENERS}${ROUTES}clusters: { api: { discovery: { static: ["\${HOST}:80"] }, hostHeader: "\${NAME}" } }`;
  expect(await complaints(text, { HOST: '10.0.0.1', NAME: 'api' })).toEqual([]);
  expect(await complaints(text, { HOST: '10.0.0.1 ', NAME: '' })).toEqual([
    '3:42: clusters.api.discovery.static[0]: got "${HOST}:80", expected "host:port" with a port from 1 to 65535',
    '3:71: clusters.api.hostHeader: got "${NAME}", expected a string that is not empty',
  ]);
  expect(await complaints(text)).toEqual([
    '3:42: clusters.api.discovery.static[0]: the environment variable HOST is not set',
    '3:71: clusters.api.hostHeader: the environment variable NAME is not set',
  ]);
});

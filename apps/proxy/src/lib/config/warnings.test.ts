import { expect, it } from 'vitest';
import { checkParsed } from '../commands/check.ts';
import { configText } from './config-text.ts';
import { parseConfig } from './load-config.ts';
import { configWarnings } from './warnings.ts';

/** What is said of a cluster that picks by key, with these settings and these routes. */
async function warnings(settings: string, routes: string): Promise<string[]> {
  const text = `
listeners: [{ port: 0 }]
clusters:
  web: { discovery: { static: ["127.0.0.1:1"] } }
  api: { discovery: { static: ["127.0.0.1:1"] }, strategy: maglev, ${settings} }
routes: [${routes}]
`;
  const loaded = await checkParsed(parseConfig(configText('f', text)));
  return configWarnings(loaded).map(({ path, message }) => `${path}: ${message}`);
}

const WITHOUT = [
  'clusters.api.strategy: maglev without a hashKey sends requests anywhere, set hashKey: { header: … } or hashBy at its routes',
];

it.each<[string, string, string[]]>([
  ['', '{ cluster: api }', WITHOUT],
  ['', '{ cluster: web, hashBy: { keys: [{ path: true }] } }', WITHOUT],
  ['hashKey: { path: true }', '{ cluster: api }', []],
  ['', '{ cluster: api, hashBy: { keys: [{ path: true }] } }', []],
  [
    '',
    '{ split: [{ cluster: web, weight: 1 }, { cluster: api, weight: 1 }], hashBy: { keys: [{ path: true }] } }',
    [],
  ],
])('of a cluster with %j behind %j', async (settings, routes, expected) => {
  expect(await warnings(settings, routes)).toEqual(expected);
});

it.each([
  [
    'round-robin',
    'round-robin passes over the weights of endpoints, smooth-weighted-round-robin goes by them',
  ],
  ['random', 'random passes over the weights of endpoints, weighted-random goes by them'],
  ['smooth-weighted-round-robin', undefined],
])('of weights that %s does not look at', async (strategy, expected) => {
  const weighted = `merge: [{ static: ["127.0.0.1:1", { address: "127.0.0.1:2", weight: 2 }] }]`;
  const text = (discovery: string) => `
listeners: [{ port: 0 }]
clusters: { api: { discovery: { ${discovery} }, strategy: ${strategy} } }
routes: [{ cluster: api }]
`;
  const of = async (discovery: string) =>
    configWarnings(await checkParsed(parseConfig(configText('f', text(discovery))))).map(
      ({ path, message }) => `${path}: ${message}`,
    );
  expect(await of(weighted)).toEqual(expected === undefined ? [] : [`clusters.api.strategy: ${expected}`]);
  expect(await of('static: ["127.0.0.1:1"]')).toEqual([]);
});

it('tells of a cookie that leads nowhere', async () => {
  const cookie = 'stickyCookie: { secrets: [0123456789abcdefg] }';
  const message = 'routes[0].stickyCookie: leads nowhere without strategy: sticky at the cluster';
  expect(await warnings('', `{ cluster: web, ${cookie} }`)).toEqual([...WITHOUT, message]);
  expect(await warnings('', `{ cluster: web, stickyCookie: false }`)).toEqual(WITHOUT);
  const text =
    'listeners: [{ port: 0 }]\nclusters: { api: { discovery: { static: ["a:1"] }, strategy: sticky } }\n';
  const loaded = await checkParsed(
    parseConfig(configText('f', `${text}routes: [{ cluster: api, ${cookie} }]`)),
  );
  expect(configWarnings(loaded)).toEqual([]);
});

it.each<[string, string, boolean]>([
  ['', 'cache: {}, jwtAuth: { keys: { secret: SECRET }, forward: false }', true],
  ['', 'cache: {}, jwtAuth: { keys: { secret: SECRET } }', false],
  ['', 'jwtAuth: { keys: { secret: SECRET }, forward: false }', false],
  ['jwtAuth: { keys: { secret: SECRET }, forward: false }', 'cache: {}', true],
  ['jwtAuth: { keys: { secret: SECRET }, forward: false }', 'cache: {}, jwtAuth: false', false],
])('tells of a cache that users share: %s, %s', async (whole, route, told) => {
  const text = `
listeners: [{ port: 0 }]
clusters: { api: { discovery: { static: ["127.0.0.1:1"] } } }
routes: [{ cluster: api, ${route} }]
${whole}
`.replaceAll('SECRET', 'x'.repeat(32));
  const loaded = await checkParsed(parseConfig(configText('f', text)));
  const message = 'shares what it keeps among all who may pass jwtAuth, as that has forward: false';
  expect(configWarnings(loaded).map((issue) => issue.message)).toEqual(told ? [message] : []);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIELD_NAMES } from './access-log/fields.ts';
import { omit } from './build/omit.ts';
import { checkParsed } from './commands/check.ts';
import { jsonSchema } from './commands/json-schema.ts';
import { configText } from './config/config-text.ts';
import { parseConfig } from './config/load-config.ts';
import { middlewareNames } from './middleware/registry.ts';
import { checkRegister } from './register/check-register.ts';
import { registries } from './registries/registry.ts';
import { tlsFolder } from './testing/tls-folder.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const examplesOf = (text: string): string[] =>
  [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example = '']) => example);

const README = read('README.md');
const REGISTER = read('REGISTER.md');
const CACHE = read('CACHE.md');
const LISTENERS = read('LISTENERS.md');
const MIDDLEWARE = read('MIDDLEWARE.md');
const ROUTES = read('ROUTES.md');
const OPERATION = read('OPERATION.md');
const configurations = [README, CACHE, ROUTES, OPERATION]
  .flatMap(examplesOf)
  .filter((text) => text.includes('listeners:'));

/** What the examples take from the environment. */
const ENVIRONMENT = {
  ETCD_PASSWORD: 'x',
  CONSUL_TOKEN: 'x',
  ADMIN_TOKEN: 'x'.repeat(16),
  OTLP_TOKEN: 'x',
  STICKY_SECRET: 'of the strategy',
  COOKIE_SECRET: 'of this year, long',
  OLD_COOKIE_SECRET: 'of last year, long',
};

it.each([...configurations, ...examplesOf(MIDDLEWARE)])('the configuration is valid: %s', async (text) => {
  await checkParsed(parseConfig(configText('README.md', text, ENVIRONMENT)));
});

it.each(examplesOf(LISTENERS))('the listeners are valid: %s', async (text) => {
  await using folder = await tlsFolder();
  await checkParsed(parseConfig(configText(folder.file, text)));
});

it('names every key of a listener, and of what is told of hops', () => {
  const { listeners, forwarded, requestId } = JSON.parse(jsonSchema()).properties;
  for (const key of keysWithin([listeners.items, forwarded, requestId]))
    expect(LISTENERS).toMatch(new RegExp(`\\b${key}\\b`));
});

it.each(examplesOf(REGISTER))('the file is valid: %s', async (text) => {
  await checkRegister(configText('REGISTER.md', text));
});

it('names every key of a registration, and has it in an example', () => {
  const { register } = JSON.parse(jsonSchema('register')).properties;
  for (const key of Object.keys(register.properties)) {
    expect(REGISTER).toMatch(new RegExp(`\`${key}[\`.]`));
    if (!Object.hasOwn(registries, key)) expect(examplesOf(REGISTER).at(-1)).toContain(`${key}: `);
  }
});

it('has examples of everything that a cluster can have', () => {
  expect(configurations).toHaveLength(14);
});

it('names every key of operation', () => {
  const { reload, shutdown, workers } = JSON.parse(jsonSchema()).properties;
  expect(workers.anyOf).toHaveLength(2);
  expect(OPERATION).toContain('workers: auto');
  for (const key of Object.keys(reload.properties)) expect(OPERATION).toContain(`\`reload.${key}\``);
  for (const key of Object.keys(shutdown.properties)) expect(OPERATION).toContain(`\`shutdown.${key}\``);
});

it('names every key of what an operator has', () => {
  const { admin, metrics, accessLog, log, tracing } = JSON.parse(jsonSchema()).properties;
  const sections = { admin, metrics: metrics.anyOf[1], accessLog, log, tracing };
  for (const [section, { properties }] of Object.entries(sections)) {
    for (const key of Object.keys(properties)) expect(OPERATION).toContain(`\`${section}.${key}\``);
  }
  for (const field of FIELD_NAMES) expect(OPERATION).toContain(`\`${field}\``);
});

it('names every strategy and every kind of discovery', () => {
  const schema = JSON.parse(jsonSchema());
  const cluster = schema.properties.clusters.additionalProperties.properties;
  const kinds = [...findKeys(cluster.strategy), ...findKeys(schema.$defs)];
  expect(kinds).toContain('ring-hash');
  expect(kinds).toContain('merge');
  for (const kind of kinds) expect(README).toContain(`\`${kind}\``);
});

it('names every key of a cache and of its stores', () => {
  const { cache } = JSON.parse(jsonSchema()).properties.routes.items.properties;
  const { properties: stores } = cache.properties.store.anyOf.find(
    (one: { properties?: object }) => one.properties !== undefined,
  );
  const ofStores = Object.values<{ properties: object }>(stores).flatMap(({ properties }) =>
    Object.keys(properties),
  );
  expect(Object.keys(stores)).toEqual(['redis', 'memcached']);
  for (const key of [...Object.keys(cache.properties), ...Object.keys(stores), ...ofStores]) {
    expect(CACHE).toContain(`\`${key}\``);
  }
});

it('names every middleware in the order in which they run, and every key of each', () => {
  const { properties } = JSON.parse(jsonSchema()).properties.routes.items;
  const rows = [...MIDDLEWARE.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(middlewareNames);
  for (const name of middlewareNames) {
    const section = MIDDLEWARE.split(`\n## \`${name}\`\n`)[1]?.split('\n## ')[0] ?? '';
    for (const key of keysWithin(properties[name])) expect(section).toMatch(new RegExp(`\\b${key}\\b`));
  }
});

/** The keys of every object within a schema. */
function keysWithin(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...rest } = schema as { properties?: object };
  return [
    ...Object.keys(properties),
    ...[properties, rest].flatMap((part) => Object.values(part).flatMap(keysWithin)),
  ];
}

it('names every key of a route', () => {
  const { properties } = JSON.parse(jsonSchema()).properties.routes.items;
  const { match, redirect, respond, rewrite, mirror } = properties;
  const keys = [
    omit(properties, middlewareNames),
    ...[match, redirect, respond, rewrite, mirror].map((part) => part.properties),
  ];
  for (const key of keys.flatMap(Object.keys)) expect(ROUTES).toContain(`\`${key}\``);
});

/** The keys of every object that takes exactly one. */
function findKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { maxProperties, properties } = schema as { maxProperties?: number; properties?: object };
  const own = maxProperties === 1 && properties !== undefined ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(findKeys)];
}

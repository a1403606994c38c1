import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkParsed } from './commands/check.ts';
import { jsonSchema } from './commands/json-schema.ts';
import { configText } from './config/config-text.ts';
import { parseConfig } from './config/load-config.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const examples = [...README.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const configurations = examples.filter((text) => text.includes('listeners:'));

it.each(configurations)('the configuration is valid: %s', async (text) => {
  await checkParsed(parseConfig(configText('README.md', text)));
});

it('has examples of everything that a cluster can have', () => {
  expect(configurations).toHaveLength(5);
});

it('names every strategy and every kind of discovery', () => {
  const schema = JSON.parse(jsonSchema());
  const cluster = schema.properties.clusters.additionalProperties.properties;
  const kinds = [...findKeys(cluster.strategy), ...findKeys(schema.$defs)];
  expect(kinds).toContain('ring-hash');
  expect(kinds).toContain('merge');
  for (const kind of kinds) expect(README).toContain(`\`${kind}\``);
});

/** The keys of every object that takes exactly one. */
function findKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { maxProperties, properties } = schema as { maxProperties?: number; properties?: object };
  const own = maxProperties === 1 && properties !== undefined ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(findKeys)];
}

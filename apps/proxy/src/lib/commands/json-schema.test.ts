import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { jsonSchema } from './json-schema.ts';

it.each([
  ['evenkeel.schema.json', 'config'],
  ['evenkeel-register.schema.json', 'register'],
] as const)('%s is the one of this version: pnpm --filter @evenkeel/app-proxy schema', (file, of) => {
  const published = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(jsonSchema(of)));
});

it('knows the contract', () => {
  const schema = JSON.parse(jsonSchema());
  expect(schema.required).toEqual(['listeners', 'clusters']);
  expect(schema.additionalProperties).toBe(false);
  expect(JSON.stringify(schema)).toContain('"peak-ewma"');
});

import { resolve } from 'node:path';
import { fileDiscovery } from '@evenkeel/core';
import { parse } from 'yaml';
import * as z from 'zod';
import { endpoint } from '../schema/endpoint.ts';
import { text } from '../schema/fields.ts';
import { discoveryDriver } from './driver.ts';

const endpoints = z.union([z.array(endpoint), z.strictObject({ endpoints: z.array(endpoint) })]);

/** `file: path`: a YAML or JSON list of endpoints, read again when it changes. */
export const fileDriver = discoveryDriver({
  schema: text('A YAML or JSON file with a list of endpoints, relative to this one.', 'the path of a file'),
  build: (path, { baseDir }) => fileDiscovery({ path: resolve(baseDir, path), parse: parseEndpoints }),
});

function parseEndpoints(content: string): z.output<typeof endpoint>[] {
  const parsed = endpoints.parse(parse(content));
  return Array.isArray(parsed) ? parsed : parsed.endpoints;
}

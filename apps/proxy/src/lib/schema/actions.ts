import * as z from 'zod';
import { matchPath } from './address.ts';
import { choice, count, flag, list, number, object, pattern, text } from './fields.ts';
import { fieldValues } from './header-rules.ts';

const template = pattern(
  'The whole path; "{name}" is the parameter ":name" of the route.',
  /^\/[\x21\x22\x24-\x7e]*$/,
  'a path that starts with "/" and has no "#"',
);

/** Clusters that share requests. */
export const split = list(
  'Clusters that share the requests by weight.',
  'clusters with weights',
  object('One of them.', {
    cluster: text('The name of the cluster.', 'the name of a cluster'),
    weight: number('Its share of the sum of all weights.', { max: 1_000_000 }),
  }),
);

/** Another path or host for the upstream. */
export const rewrite = object('Another path, by one of prefix, path and regex, and another host.', {
  prefix: matchPath('Takes the place of what the route has matched.').exactOptional(),
  path: template.exactOptional(),
  regex: text('What to replace in path and query.').exactOptional(),
  replacement: z
    .string({ error: 'a string' })
    .describe('Takes its place; $1 is the first group.')
    .exactOptional(),
  host: text('The Host to send. Default as the cluster says.').exactOptional(),
});

/** Sends the client elsewhere. */
export const redirect = object('Where to send clients. What is not given stays as it was asked for.', {
  status: z
    .literal([301, 302, 303, 307, 308], { error: 'one of 301, 302, 303, 307, 308' })
    .describe('Default 302.')
    .exactOptional(),
  scheme: choice('Default that of the request.', ['http', 'https']).exactOptional(),
  host: pattern(
    'A host name without port.',
    /^[a-z0-9_.:[\]-]+$/,
    'a host name in lower case, without port',
  ).exactOptional(),
  port: count('Default that of the scheme.', { min: 1, max: 65_535 }).exactOptional(),
  prefix: matchPath('Takes the place of what the route has matched.').exactOptional(),
  path: template.exactOptional(),
  keepQuery: flag('Whether the query goes along. Default true.').exactOptional(),
});

/** A fixed answer. */
export const respond = object('A fixed answer.', {
  status: count('Default 200.', { min: 200, max: 599 }).exactOptional(),
  body: z.string({ error: 'a string' }).describe('Default none.').exactOptional(),
  contentType: text('Default text/plain; charset=utf-8.').exactOptional(),
  headers: fieldValues('Fields of the answer.').exactOptional(),
});

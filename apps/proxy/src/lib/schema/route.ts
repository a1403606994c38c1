import * as z from 'zod';
import { cache } from '../cache/schema.ts';
import { routeMiddleware } from '../middleware/registry.ts';
import { redirect, respond, rewrite, split } from './actions.ts';
import { matchHost, matchPath } from './address.ts';
import { count, exactlyOne, flag, list, object, oneOf, pattern, ratio, text } from './fields.ts';
import { headerRules } from './header-rules.ts';
import { tryPolicy } from './policy.ts';

const valueMatch = z
  .union(
    [
      z.string(),
      z.boolean(),
      oneOf('A part of the value.', {
        prefix: text('How it begins.').exactOptional(),
        suffix: text('How it ends.').exactOptional(),
        contains: text('What is in it.').exactOptional(),
        regex: text('A regular expression that it matches.').exactOptional(),
      }),
    ],
    { error: 'a string, true, false, or an object with one of prefix, suffix, contains, regex' },
  )
  .describe('The value; true for any, false for none; or a part of it.');

function values(description: string) {
  return z
    .record(z.string(), valueMatch, { error: 'an object of expected values by name' })
    .describe(description)
    .exactOptional();
}

const match = object(
  'Which requests. The most specific host wins, then the most specific path, then the first of the routes.',
  {
    host: matchHost('A host name, "*.example.com" or "*". Default "*".').exactOptional(),
    path: matchPath(
      'A prefix of whole path segments; ":name" is any one segment. Default "/".',
    ).exactOptional(),
    exact: flag('Whether nothing may follow the path. Default false.').exactOptional(),
    methods: list(
      'Methods. Default any.',
      'methods in capital letters',
      pattern('A method.', /^[A-Z-]+$/, 'a method in capital letters'),
    ).exactOptional(),
    headers: values('What header fields must hold.'),
    query: values('What parameters of the query must hold, decoded.'),
    cookies: values('What cookies must hold.'),
  },
);

const mirror = object('Copies requests to another cluster, whose answers nobody sees.', {
  cluster: text('The name of the cluster.', 'the name of a cluster'),
  ratio: ratio('Share of the requests. Default 1.').exactOptional(),
  maxBodyBytes: count('Requests with a longer body are not copied. Default 65536.').exactOptional(),
});

/** One route. */
export const route = exactlyOne(
  object('Which requests, and what becomes of them.', {
    match: match.exactOptional(),
    cluster: text('The name of the cluster that answers.', 'the name of a cluster').exactOptional(),
    split: split.exactOptional(),
    redirect: redirect.exactOptional(),
    respond: respond.exactOptional(),
    name: text('Appears in events. Default host and path.').exactOptional(),
    rewrite: rewrite.exactOptional(),
    requestHeaders: headerRules('Changes the fields of requests.').exactOptional(),
    responseHeaders: headerRules('Changes the fields of every answer.').exactOptional(),
    mirror: mirror.exactOptional(),
    cache: cache.exactOptional(),
    ...routeMiddleware,
    ...tryPolicy,
  }),
  ['cluster', 'split', 'redirect', 'respond'],
);

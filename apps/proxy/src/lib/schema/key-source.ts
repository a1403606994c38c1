import * as z from 'zod';
import { list, oneOf, pattern } from './fields.ts';

const yes = z.literal(true, { error: 'true' });
const name = (description: string) =>
  pattern(description, /^[!#$%&'*+\-.^_`|~\w]+$/, 'a name as HTTP has them');

/** The parts of a request that can be a key. */
export const keySources = {
  header: name('The value of a request header.').exactOptional(),
  cookie: name('The value of a cookie.').exactOptional(),
  query: pattern(
    'The value of a parameter of the query.',
    /^[^&=#\s]+$/,
    'the name of a parameter',
  ).exactOptional(),
  path: yes.describe('The path, without the query.').exactOptional(),
  clientAddress: yes.describe('The address of the client.').exactOptional(),
};

/** What tells requests from others: one part of them, or the first of several that is there. */
export const keySource = (description: string) => {
  const one = oneOf(description, keySources);
  return z
    .union([one, list('The first that is there.', 'parts of requests', one)], {
      error: `an object with one of ${Object.keys(keySources).join(', ')}, or a list of them`,
    })
    .describe(description);
};

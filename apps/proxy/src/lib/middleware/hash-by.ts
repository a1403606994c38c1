import { hashBy, type KeySource } from '@evenkeel/proxy/middleware';
import { cookieAttributes, cookieName } from '../schema/cookie.ts';
import { list, ms, object, oneOf } from '../schema/fields.ts';
import { keySources } from '../schema/key-source.ts';
import { middlewareDriver } from './driver.ts';

/** The key by which hashing strategies pick an endpoint. */
export const hashByDriver = middlewareDriver({
  routeOnly: true,
  schema: object('Sets the key by which hashing strategies pick an endpoint.', {
    keys: list(
      'The first part of a request that is there.',
      'parts of requests',
      oneOf('A part.', keySources),
      {
        min: 0,
      },
    ),
    cookie: object('Gives clients without a key a cookie, whose value counts from then on.', {
      name: cookieName('Its name.'),
      ttlMs: ms('How long clients keep it. Default until they are closed.', { min: 1 }).exactOptional(),
      ...cookieAttributes,
    }).exactOptional(),
  }),
  build: ({ keys, ...config }) => hashBy({ ...config, keys: keys as KeySource[] }),
});

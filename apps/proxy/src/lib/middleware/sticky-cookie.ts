import { stickyCookie } from '@evenkeel/proxy/middleware';
import { stickyToken } from '@evenkeel/strategies';
import { pick } from '../build/pick.ts';
import { cookieAttributes, cookieName } from '../schema/cookie.ts';
import { flag, list, ms, object, pattern } from '../schema/fields.ts';
import { stickySecret } from '../strategy/registry.ts';
import { middlewareDriver } from './driver.ts';

const ATTRIBUTES = Object.keys(cookieAttributes) as (keyof typeof cookieAttributes)[];

/** Sticky sessions. */
export const stickyCookieDriver = middlewareDriver({
  routeOnly: true,
  schema: object('Leads clients back to the endpoint that answered them, by a signed cookie.', {
    secrets: list(
      'Sign the cookie: the first signs, all are accepted.',
      'secrets',
      pattern('A secret.', /^.{16,}$/s, 'a string of at least 16 characters'),
    ),
    name: cookieName('Its name. Default evenkeel.').exactOptional(),
    ttlMs: ms('How long it leads there. Default until the client is closed.', { min: 1_000 }).exactOptional(),
    forward: flag('Whether it goes upstream as well. Default false.').exactOptional(),
    ...cookieAttributes,
  }),
  build: (config, { clusters }) =>
    stickyCookie({
      ...pick(config, ['secrets', 'name', 'ttlMs', 'forward']),
      attributes: pick(config, ATTRIBUTES),
      token: (endpoint, cluster) => stickyToken(endpoint, stickySecret(clusters[cluster]?.strategy)),
    }),
});

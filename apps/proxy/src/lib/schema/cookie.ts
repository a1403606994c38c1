import { choice, flag, pattern } from './fields.ts';

/** The name of a cookie. */
export const cookieName = (description: string) =>
  pattern(description, /^[!#$%&'*+\-.^_`|~\w]+$/, 'a name as HTTP has them');

/** What a cookie that is set has beside name and value. */
export const cookieAttributes = {
  path: pattern('Default /.', /^\/[\x21-\x3a\x3c-\x7e]*$/, 'a path that starts with "/"').exactOptional(),
  domain: pattern('Default the host asked.', /^[\w.-]+$/, 'a host name').exactOptional(),
  secure: flag('Whether it goes over TLS alone. Default as the request came.').exactOptional(),
  httpOnly: flag('Whether scripts cannot read it. Default true.').exactOptional(),
  sameSite: choice('Default lax.', ['lax', 'strict', 'none']).exactOptional(),
};

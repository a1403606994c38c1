import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { configuredProxy } from '../testing/configured-proxy.ts';
import { temporaryFile } from '../testing/temporary-file.ts';

/** A proxy whose one route has the middleware. */
const withRoute = (middleware: string, upstream?: RequestListener) =>
  configuredProxy(
    `clusters: { api: { discovery: { static: [UPSTREAM] } } }\nroutes: [{ cluster: api, ${middleware} }]`,
    upstream,
  );

it('cors', async () => {
  await using proxy = await withRoute(
    'cors: { origins: ["https://*.example.com"], credentials: true, methods: [GET, PUT], allowedHeaders: "*", exposedHeaders: [x-total], maxAgeMs: 600000 }',
  );
  const origin = 'https://shop.example.com';
  const headers = { origin, 'access-control-request-method': 'PUT' };
  const preflight = await fetch(proxy.url, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-max-age')]).toEqual([204, '600']);
  const response = await fetch(proxy.url, { headers: { origin } });
  expect(response.headers.get('access-control-expose-headers')).toBe('x-total');
  expect(proxy.asked).toHaveLength(1);
});

it('concurrencyLimit', async () => {
  const held: (() => void)[] = [];
  await using proxy = await withRoute(
    'concurrencyLimit: { max: 1, key: [{ header: x-user }, { clientAddress: true }], maxQueued: 0, queueTimeoutMs: 100, retryAfterMs: 5000 }',
    (_request, response) => void held.push(() => response.end('late')),
  );
  const first = fetch(proxy.url, { headers: { 'x-user': 'ada' } });
  await expect.poll(() => held.length).toBe(1);
  const refused = await fetch(proxy.url, { headers: { 'x-user': 'ada' } });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  held[0]?.();
  expect(await (await first).text()).toBe('late');
});

it('bodyLimit', async () => {
  await using proxy = await withRoute('bodyLimit: { maxBytes: 3, idleTimeoutMs: 5000, timeoutMs: 5000 }');
  const post = async (body: string) => (await fetch(proxy.url, { method: 'POST', body })).status;
  expect([await post('abc'), await post('abcd')]).toEqual([200, 413]);
});

it('rateLimit', async () => {
  await using proxy = await withRoute(
    'rateLimit: [{ rate: 2, perMs: 60000, key: { query: user }, name: user }, { rate: 3, perMs: 60000, burst: 3, headers: false, maxKeys: 10 }]',
  );
  const ask = async (user: string) => (await fetch(`${proxy.url}/?user=${user}`)).status;
  expect([await ask('a'), await ask('a'), await ask('a')]).toEqual([200, 200, 429]);
  expect([await ask('b'), await ask('b')]).toEqual([200, 429]);
  expect((await fetch(proxy.url)).headers.get('ratelimit-policy')).toBe('"user";q=2;w=60');
});

it('compress', async () => {
  const text = 'again and again '.repeat(100);
  await using proxy = await withRoute(
    'compress: { codings: [gzip], minBytes: 100, types: [text/*], levels: { gzip: 9 } }',
    (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(text),
  );
  const response = await fetch(proxy.url, { headers: { 'accept-encoding': 'gzip, br' } });
  expect([response.headers.get('content-encoding'), await response.text()]).toEqual(['gzip', text]);
});

it('hashBy', async () => {
  await using proxy = await withRoute(
    'hashBy: { keys: [{ header: x-user }], cookie: { name: route, ttlMs: 60000, path: /, domain: a.example, secure: true, httpOnly: false, sameSite: none } }',
  );
  const [cookie] = (await fetch(proxy.url)).headers.getSetCookie();
  expect(cookie).toMatch(/^route=[\w-]{22}; Path=\/; Domain=a\.example; Max-Age=60; SameSite=None; Secure$/);
  const known = await fetch(proxy.url, { headers: { 'x-user': 'ada' } });
  expect(known.headers.getSetCookie()).toEqual([]);
});

it.each([
  ['{ header: x-user }', { 'x-user': 'USER' }, '/'],
  ['{ cookie: user }', { cookie: 'user=USER' }, '/'],
  ['{ query: user }', {}, '/?user=USER'],
  ['{ path: true }', {}, '/USER'],
  ['[{ header: x-none }, { query: user }]', {}, '/?user=USER'],
])('hashKey of a cluster: %s', async (hashKey, headers, path) => {
  await using other = await withRoute('name: other');
  await using proxy = await configuredProxy(`
clusters: { api: { discovery: { static: [UPSTREAM, "${new URL(other.url).host}"] }, strategy: ring-hash, hashKey: ${hashKey} } }
routes: [{ cluster: api }]
`);
  for (let user = 0; user < 12; user++) {
    const filled = JSON.parse(JSON.stringify({ headers, path }).replaceAll('USER', `user-${user}`));
    const before = proxy.asked.length;
    for (let turn = 0; turn < 3; turn++) await fetch(proxy.url + filled.path, { headers: filled.headers });
    expect((proxy.asked.length - before) % 3).toBe(0);
  }
  expect(proxy.asked.length).toBeGreaterThan(0);
  expect(other.asked.length).toBeGreaterThan(0);
});

it('stickyCookie', async () => {
  await using other = await withRoute('name: other', (_request, response) => void response.end('other'));
  await using proxy = await configuredProxy(
    `
clusters:
  api:
    discovery: { static: [UPSTREAM, "${new URL(other.url).host}"] }
    strategy: { sticky: { fallback: round-robin, secret: of the strategy } }
routes: [{ cluster: api, stickyCookie: { secrets: [0123456789abcdefg], name: shop, ttlMs: 60000, sameSite: strict, forward: true } }]
`,
    (_request, response) => void response.end('one'),
  );
  const first = await fetch(proxy.url);
  const [cookie = ''] = first.headers.getSetCookie();
  expect(cookie).toMatch(/^shop=\S+; Path=\/; Max-Age=60; HttpOnly; SameSite=Strict$/);
  const home = await first.text();
  const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
  for (let turn = 0; turn < 5; turn++) {
    const again = await fetch(proxy.url, { headers });
    expect([await again.text(), again.headers.getSetCookie()]).toEqual([home, []]);
  }
});

it('basicAuth', async () => {
  const hash = '$scrypt$ln=15,r=8,p=1$B/zW8WsY0Wu9khUM9tvuJg$P70AZdmT/o4LS0JTqRQPfZ5OmCQgmLqzG6MQExnuWME';
  await using proxy = await withRoute(
    `basicAuth: { users: { ada: "${hash}" }, realm: back office, userHeader: x-user, forward: false, maxWaiting: 5 }`,
  );
  const refused = await fetch(proxy.url);
  expect(refused.headers.get('www-authenticate')).toContain('realm="back office"');
  const authorization = `Basic ${Buffer.from('ada:lovelace').toString('base64')}`;
  expect((await fetch(proxy.url, { headers: { authorization } })).status).toBe(200);
  expect(proxy.asked[0]?.headers).toMatchObject({ 'x-user': 'ada' });
  expect(proxy.asked[0]?.headers.authorization).toBeUndefined();
});

it('jwtAuth', async () => {
  const secret = 'a secret that both sides know, long';
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await using pem = await temporaryFile('key.pem', String(publicKey.export({ type: 'spki', format: 'pem' })));
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' };
  await using set = await temporaryFile('jwks.json', JSON.stringify({ keys: [jwk] }));
  const settings =
    'issuer: me, audience: [api], requiredClaims: [exp, sub], clockToleranceMs: 1000, claimHeaders: { x-user: sub }, forward: false, realm: api';
  for (const [keys, algorithm, key] of [
    [`{ secret: "${secret}" }`, 'HS256', Buffer.from(secret)],
    [`{ publicKeyFile: "${pem.path}" }`, 'ES256', privateKey],
    [`{ file: "${set.path}" }`, 'ES256', privateKey],
  ] as const) {
    await using proxy = await withRoute(
      `jwtAuth: { keys: ${keys}, algorithms: [${algorithm}], ${settings} }`,
    );
    const token = await new SignJWT({ sub: 'ada', iss: 'me', aud: 'api' })
      .setProtectedHeader({ alg: algorithm, kid: 'one' })
      .setExpirationTime('1h')
      .sign(key);
    const headers = { authorization: `Bearer ${token}` };
    expect([(await fetch(proxy.url)).status, (await fetch(proxy.url, { headers })).status]).toEqual([
      401, 200,
    ]);
    expect(proxy.asked[0]?.headers).toMatchObject({ 'x-user': 'ada' });
  }
});

it.each([
  [
    'jwtAuth: { keys: { publicKeyFile: nowhere.pem } }',
    'routes[0].jwtAuth.keys.publicKeyFile: got "nowhere.pem", expected a file: ENOENT',
  ],
  ['jwtAuth: { keys: { secret: short } }', 'routes[0].jwtAuth.keys.secret: '],
  [
    'jwtAuth: { keys: { secret: x, url: "http://a" } }',
    'routes[0].jwtAuth.keys: got an object with secret, url, expected exactly one of',
  ],
  ['basicAuth: { file: nowhere }', 'routes[0].basicAuth.file: '],
  ['basicAuth: { users: { ada: lovelace } }', 'routes[0].basicAuth.users.ada: '],
  [
    'basicAuth: { users: {}, userHeader: Content-Length }',
    'evenkeel.yaml:3:62: routes[0].basicAuth.userHeader: got "Content-Length", expected a name of a field such as "x-user"',
  ],
  [
    'jwtAuth: { keys: { secret: 0123456789abcdef0123456789abcdef }, claimHeaders: { x-forwarded-host: sub } }',
    'routes[0].jwtAuth.claimHeaders.x-forwarded-host: got "x-forwarded-host", expected a name of a field such as "x-user"',
  ],
  ['basicAuth: {}', 'routes[0].basicAuth: got an empty object, expected exactly one of users, file'],
  ['rateLimit: [{ rate: 1 }, { rate: 0 }]', 'routes[0].rateLimit[1].rate: '],
  ['rateLimit: { rate: 1, redis: { onFailure: allow } }', 'routes[0].rateLimit.redis: '],
  ['stickyCookie: { secrets: [short] }', 'routes[0].stickyCookie.secrets[0]: '],
  ['cors: { origins: "*", credentials: true }', 'routes[0].cors.credentials: '],
  ['cors: { origins: ["example.com"] }', 'routes[0].cors.origins[0]: '],
  ['compress: { codings: [deflate] }', 'routes[0].compress.codings[0]: '],
])('names what is wrong in %s', async (middleware, message) => {
  await expect(withRoute(middleware)).rejects.toThrow(message);
});

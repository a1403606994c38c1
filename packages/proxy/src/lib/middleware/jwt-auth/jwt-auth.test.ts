import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@evenkeel/core/testing';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { through } from '../../testing/through.ts';
import { type JwtAuthOptions, jwtAuth } from './jwt-auth.ts';

const SECRET = 'a secret that both sides know, long enough';
const one = await generateKeyPair('ES256', { extractable: true });
const two = await generateKeyPair('ES256', { extractable: true });
const rsa = await generateKeyPair('RS256', { extractable: true });
const jwkOf = async ({ publicKey }: typeof one, more = {}) => ({ ...(await exportJWK(publicKey)), ...more });
const ONE = await jwkOf(one, { kid: 'one', alg: 'ES256' });
const TWO = await jwkOf(two, { kid: 'two', alg: 'ES256' });

interface Signing {
  readonly key?: Parameters<SignJWT['sign']>[0];
  readonly alg?: string;
  readonly kid?: string;
  readonly exp?: string | null;
}

function token(
  payload: JWTPayload = {},
  { key = one.privateKey, alg = 'ES256', kid = 'one', exp = '1h' }: Signing = {},
) {
  const jwt = new SignJWT(payload).setProtectedHeader({ alg, kid });
  return (exp === null ? jwt : jwt.setExpirationTime(exp)).sign(key);
}
const shared = (payload: JWTPayload = {}) => token(payload, { key: Buffer.from(SECRET), alg: 'HS256' });

async function guarded(options: JwtAuthOptions) {
  const proxy = await through([jwtAuth(options)]);
  return Object.assign(proxy, {
    ask: (bearer?: string, more: Record<string, string> = {}) =>
      fetch(proxy.url, {
        headers: { ...more, ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
      }),
    received: () => proxy.upstream.connections.map(({ received }) => received).join(''),
  });
}

/** A server of a key set, that can be changed and broken. */
async function keyServer() {
  let answer: () => [status: number, body: unknown] = () => [200, { keys: [ONE] }];
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    const [status, body] = answer();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    asked: () => asked,
    serve: (body: unknown, status = 200) => {
      answer = () => [status, body];
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

it('lets those pass who have a token of the right key', async () => {
  await using proxy = await guarded({ keys: { secret: SECRET } });
  expect((await proxy.ask(await shared())).status).toBe(200);
  const none = await proxy.ask();
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="restricted"']);
  const wrong = await proxy.ask(await token({}, { key: Buffer.from(`${SECRET}!`), alg: 'HS256' }));
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get('www-authenticate')).toBe('Bearer realm="restricted", error="invalid_token"');
  expect(await proxy.event(2)).toMatchObject({
    reason: 'unauthorized',
    error: { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' },
  });
  for (const odd of ['', 'x', 'a.b', 'a.b.c', '..', 'a.b.c.d'])
    expect((await proxy.ask(odd)).status).toBe(401);
  const basic = { authorization: 'Basic YTpi' };
  expect((await fetch(proxy.url, { headers: basic })).status).toBe(401);
});

it.each<[string, Partial<JwtAuthOptions>, () => Promise<string>, number]>([
  ['an unsigned token', {}, async () => new UnsecuredJWT({}).setExpirationTime('1h').encode(), 401],
  ['an expired token', {}, () => token({}, { exp: '-10s' }), 401],
  [
    'a token expired within the tolerance',
    { clockToleranceMs: 60_000 },
    () => token({}, { exp: '-10s' }),
    200,
  ],
  ['a token that is not valid yet', {}, () => token({ nbf: Date.now() / 1_000 + 600 }), 401],
  ['a token that never expires', {}, () => token({}, { exp: null }), 401],
  ['one that may never expire', { requiredClaims: [] }, () => token({}, { exp: null }), 200],
  ['a claim that is missing', { requiredClaims: ['exp', 'sub'] }, () => token(), 401],
  ['a claim that is there', { requiredClaims: ['exp', 'sub'] }, () => token({ sub: 'ada' }), 200],
  ['the right issuer', { issuer: ['a', 'b'] }, () => token({ iss: 'b' }), 200],
  ['another issuer', { issuer: 'a' }, () => token({ iss: 'b' }), 401],
  ['the right audience', { audience: 'api' }, () => token({ aud: ['api', 'x'] }), 200],
  ['another audience', { audience: 'api' }, () => token({ aud: 'x' }), 401],
  ['no audience', { audience: 'api' }, () => token(), 401],
  ['another algorithm', { algorithms: ['RS256'] }, () => token(), 401],
  ['another key', {}, () => token({}, { key: two.privateKey }), 401],
  ['an unknown key', {}, () => token({}, { key: two.privateKey, kid: 'two' }), 401],
  ['a key of another kind', {}, () => token({}, { key: rsa.privateKey, alg: 'RS256' }), 401],
])('takes %s for what it is', async (_what, options, make, status) => {
  await using proxy = await guarded({ keys: { jwks: { keys: [ONE] } }, ...options });
  expect((await proxy.ask(await make())).status).toBe(status);
});

it('does not take a public key for a secret (CVE-2015-9235)', async () => {
  const publicKey = await exportSPKI(rsa.publicKey);
  await using proxy = await guarded({ keys: { publicKey } });
  expect((await proxy.ask(await token({}, { key: rsa.privateKey, alg: 'RS256' }))).status).toBe(200);
  expect((await proxy.ask(await token({}, { key: Buffer.from(publicKey), alg: 'HS256' }))).status).toBe(401);
  expect((await proxy.ask(await token())).status).toBe(401);
});

it('tries all keys that fit a token which names none', async () => {
  const keys = await Promise.all([jwkOf(one), jwkOf(two)]);
  await using proxy = await guarded({ keys: { jwks: { keys } } });
  const unnamed = (key: typeof one) =>
    new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setExpirationTime('1h').sign(key.privateKey);
  expect((await proxy.ask(await unnamed(two))).status).toBe(200);
  expect((await proxy.ask(await unnamed(one))).status).toBe(200);
  const third = await generateKeyPair('ES256');
  expect((await proxy.ask(await unnamed(third))).status).toBe(401);
});

it('tells the upstream of claims, and lets nobody else do so', async () => {
  await using proxy = await guarded({
    keys: { secret: SECRET },
    claimHeaders: {
      'X-User': 'sub',
      'x-roles': 'roles',
      'x-level': 'level',
      'x-bad': 'bad',
      'x-object': 'object',
      'x-proto': '__proto__',
    },
  });
  const claims = { sub: 'adä', roles: ['a', 'b'], level: 3, bad: 'x\r\ny: z', object: { a: 1 } };
  const spoofed = { 'x-user': 'admin', 'x-bad': '1', 'x-object': '2', 'x-proto': '3' };
  expect((await proxy.ask(await shared(claims), spoofed)).status).toBe(200);
  const received = proxy.received();
  expect(received).toContain(`X-User: ${Buffer.from('adä').toString('latin1')}\r\n`);
  expect(received).toContain('x-roles: a,b\r\n');
  expect(received).toContain('x-level: 3\r\n');
  expect(received).not.toMatch(/^x-(?:bad|object|proto)/im);
  expect(received).not.toContain('admin');
  expect(received).toMatch(/^authorization: Bearer /m);
});

it('keeps the token from the upstream when told so', async () => {
  await using proxy = await guarded({ keys: { secret: SECRET }, forward: false });
  expect((await proxy.ask(await shared())).status).toBe(200);
  expect(proxy.received()).not.toMatch(/authorization/i);
});

describe('keys of a URL', () => {
  it('are fetched once, and again for a key that is new', async () => {
    using server = await keyServer();
    // Cooling down is counted by the wall clock: this one may ask again after 1 ms.
    await using proxy = await guarded({ keys: { url: server.url, maxAgeMs: 1 } });
    expect((await proxy.ask(await token())).status).toBe(200);
    server.serve({ keys: [ONE, TWO] });
    await expect
      .poll(async () => (await proxy.ask(await token({}, { key: two.privateKey, kid: 'two' }))).status)
      .toBe(200);
    await using lasting = await guarded({ keys: { url: server.url } });
    const before = server.asked();
    for (let turn = 0; turn < 3; turn++) expect((await lasting.ask(await token())).status).toBe(200);
    expect(server.asked()).toBe(before + 1);
  });

  it('that cannot be fetched are a 503, not a 401, and asked for again later', async () => {
    using server = await keyServer();
    const clock = manualClock();
    const errors: unknown[] = [];
    server.serve('sorry', 500);
    await using proxy = await guarded({
      keys: { url: server.url, retryMs: 1_000 },
      clock,
      onError: (error) => void errors.push(error),
    });
    const response = await proxy.ask(await token());
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ reason: 'auth-unavailable' });
    expect((await proxy.ask(await token())).status).toBe(503);
    expect((await proxy.ask('rubbish')).status).toBe(401);
    expect([server.asked(), errors.length]).toEqual([1, 1]);
    server.serve({ keys: [ONE] });
    expect((await proxy.ask(await token())).status).toBe(503);
    clock.advance(1_000);
    expect((await proxy.ask(await token())).status).toBe(200);
  });

  it.each<[string, (server: Awaited<ReturnType<typeof keyServer>>) => void]>([
    ['the server is gone', (server) => server[Symbol.dispose]()],
    ['it fails', (server) => server.serve('sorry', 503)],
    ['it serves something else', (server) => server.serve({ hello: 'world' })],
  ])('stay good when %s', async (_how, breakDown) => {
    using server = await keyServer();
    await using proxy = await guarded({ keys: { url: server.url, maxAgeMs: 1 } });
    expect((await proxy.ask(await token())).status).toBe(200);
    breakDown(server);
    for (let turn = 0; turn < 3; turn++) expect((await proxy.ask(await token())).status).toBe(200);
    const unknown = await token({}, { key: two.privateKey, kid: 'two' });
    expect((await proxy.ask(unknown)).status).toBe(503);
  });

  it('do not keep anybody waiting for a server that says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const clock = manualClock();
    await using proxy = await guarded({ keys: { url, timeoutMs: 50 }, clock });
    for (let turn = 0; turn < 3; turn++) expect((await proxy.ask(await token())).status).toBe(503);
    silent.closeAllConnections();
    silent.close();
  });
});

it('reads keys of a file again when it changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  const file = join(folder, 'jwks.json');
  await writeFile(file, JSON.stringify({ keys: [ONE] }));
  const clock = manualClock();
  {
    await using proxy = await guarded({ keys: { file }, clock });
    const other = await token({}, { key: two.privateKey, kid: 'two' });
    expect([(await proxy.ask(await token())).status, (await proxy.ask(other)).status]).toEqual([200, 401]);
    await writeFile(file, JSON.stringify({ keys: [TWO, { ...TWO, kid: 'three' }] }));
    clock.advance(1_000);
    expect([(await proxy.ask(await token())).status, (await proxy.ask(other)).status]).toEqual([401, 200]);
  }
  await rm(folder, { recursive: true });
});

it.each<[unknown, string]>([
  [{}, 'keys: got undefined'],
  [{ keys: {} }, 'keys: got undefined, expected exactly one of url, file, jwks, publicKey, secret'],
  [{ keys: { url: 'x', secret: SECRET } }, 'keys: got "url and secret"'],
  [{ keys: { url: 'ftp://a' } }, 'keys.url: '],
  [
    { keys: { file: '/nowhere' } },
    'keys.file: got "/nowhere", expected a file with a JSON Web Key Set: ENOENT',
  ],
  [{ keys: { jwks: { keys: [{ kty: 'oct', k: 'x' }] } } }, 'keys.jwks: '],
  [{ keys: { publicKey: 'x' } }, 'keys.publicKey: '],
  [{ keys: { secret: 'short' } }, 'keys.secret: got "5 bytes"'],
  [{ keys: { secret: SECRET }, algorithms: ['none'] }, 'algorithms[0]: '],
  [{ keys: { secret: SECRET }, algorithms: ['RS256'] }, 'algorithms[0]: '],
  [{ keys: { url: 'http://a' }, algorithms: ['HS256'] }, 'algorithms[0]: '],
  [{ keys: { secret: SECRET }, algorithms: [] }, 'algorithms: '],
  [{ keys: { secret: SECRET }, issuer: '' }, 'issuer: '],
  [{ keys: { secret: SECRET }, audience: [1] }, 'audience: '],
  [{ keys: { secret: SECRET }, clockToleranceMs: -1 }, 'clockToleranceMs: '],
  [{ keys: { secret: SECRET }, claimHeaders: { 'a b': 'sub' } }, 'claimHeaders.a b: '],
  [
    { keys: { secret: SECRET }, claimHeaders: { 'x-ok': 'sub', 'Content-Length': 'sub' } },
    'claimHeaders.Content-Length: got "Content-Length", expected a name of a field such as "x-user"',
  ],
  [{ keys: { secret: SECRET }, claimHeaders: { a: '' } }, 'claimHeaders.a: '],
  [{ keys: { secret: SECRET }, realm: '"' }, 'realm: '],
  [{ keys: { secret: SECRET }, forward: 1 }, 'forward: '],
  [{ keys: { secret: SECRET }, claims: {} }, 'claims: '],
])('refuses %j', (options, message) => {
  expect(() => jwtAuth(options as JwtAuthOptions)).toThrow(message);
});

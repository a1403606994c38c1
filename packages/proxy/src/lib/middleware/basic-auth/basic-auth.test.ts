import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@evenkeel/core/testing';
import { hash as bcryptHash } from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { through } from '../../testing/through.ts';
import { type BasicAuthOptions, basicAuth } from './basic-auth.ts';
import { hashPassword } from './password-hash.ts';

let users: Record<string, string> = {};
beforeAll(async () => {
  users = {
    ada: await bcryptHash('lovelace', 4),
    grace: (await bcryptHash('hopper', 4)).replace('$2b$', '$2y$'),
    bob: await hashPassword('pässwörd:with colon'),
  };
});

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

async function guarded(options: BasicAuthOptions) {
  const proxy = await through([basicAuth(options)]);
  return Object.assign(proxy, {
    ask: (authorization?: string, more: Record<string, string> = {}) =>
      fetch(proxy.url, { headers: { ...more, ...(authorization === undefined ? {} : { authorization }) } }),
    async status(name: string, password: string) {
      return (await fetch(proxy.url, { headers: { authorization: basic(name, password) } })).status;
    },
    received: () => proxy.upstream.connections.map(({ received }) => received).join(''),
  });
}

it('lets those pass who know the password, of either kind of hash, again and again', async () => {
  await using proxy = await guarded({ users });
  for (let turn = 0; turn < 2; turn++) {
    expect(await proxy.status('ada', 'lovelace')).toBe(200);
    expect(await proxy.status('grace', 'hopper')).toBe(200);
    expect(await proxy.status('bob', 'pässwörd:with colon')).toBe(200);
    expect(await proxy.status('ada', 'hopper')).toBe(401);
    expect(await proxy.status('eve', 'lovelace')).toBe(401);
  }
});

it('asks everybody else, and nothing of the upstream', async () => {
  await using proxy = await guarded({ users, realm: 'back office' });
  const response = await proxy.ask();
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Basic realm="back office", charset="UTF-8"');
  expect(await response.json()).toMatchObject({ reason: 'unauthorized' });
  const odd = [
    'Basic',
    'Basic ',
    'Basic ???',
    `Basic ${Buffer.from('ada').toString('base64')}`,
    'Bearer x',
    basic('', 'x'),
    basic('ada\n', 'lovelace'),
  ];
  for (const authorization of odd) expect((await proxy.ask(authorization)).status).toBe(401);
  expect(proxy.upstream.connections).toHaveLength(0);
});

it('tells the upstream who it is, and lets nobody else say so', async () => {
  await using proxy = await guarded({ users, userHeader: 'X-User' });
  await proxy.ask(basic('ada', 'lovelace'), { 'x-user': 'admin' });
  expect(proxy.received()).toContain('X-User: ada\r\n');
  expect(proxy.received()).not.toContain('admin');
  expect(proxy.received()).toMatch(/^authorization: Basic /m);
});

it('keeps the password from the upstream when told so', async () => {
  await using proxy = await guarded({ users, forward: false });
  expect((await proxy.ask(basic('ada', 'lovelace'))).status).toBe(200);
  expect(proxy.received()).not.toMatch(/authorization/i);
});

it('answers 503 when too many passwords wait, not to those it knows already', async () => {
  await using proxy = await guarded({ users, maxWaiting: 1 });
  expect(await proxy.status('bob', 'pässwörd:with colon')).toBe(200);
  const guesses = Array.from({ length: 12 }, (_, i) => proxy.status('bob', `guess ${i}`));
  expect(await proxy.status('bob', 'pässwörd:with colon')).toBe(200);
  const statuses = await Promise.all(guesses);
  expect(new Set(statuses)).toEqual(new Set([401, 503]));
});

it('costs as much for a name that nobody has as for a wrong password', async () => {
  await using proxy = await guarded({ users: { bob: users.bob ?? '' } });
  const time = async (name: string): Promise<number> => {
    const since = performance.now();
    for (let turn = 0; turn < 5; turn++) expect(await proxy.status(name, 'wrong')).toBe(401);
    return performance.now() - since;
  };
  const [known, unknown] = [await time('bob'), await time('eve')];
  // Without the work in vain it would be a hundredth.
  expect(unknown).toBeGreaterThan(known / 10);
});

describe('a file of htpasswd', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const write = async (path: string, text: string): Promise<void> => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };

  it('is read again when it changes; one that is wrong or gone leaves what was', async () => {
    const file = join(folder, 'users');
    const clock = manualClock();
    const errors: unknown[] = [];
    await write(file, `# people\r\nada:${users.ada}\n\n`);
    await using proxy = await guarded({
      file,
      clock,
      reloadMs: 1_000,
      onError: (error) => void errors.push(error),
    });
    expect([await proxy.status('ada', 'lovelace'), await proxy.status('grace', 'hopper')]).toEqual([
      200, 401,
    ]);
    await write(file, `grace:${users.grace}\n`);
    expect(await proxy.status('grace', 'hopper')).toBe(401);
    clock.advance(1_000);
    expect([await proxy.status('ada', 'lovelace'), await proxy.status('grace', 'hopper')]).toEqual([
      401, 200,
    ]);
    await write(file, `grace:${users.grace}\nada:lovelace\n`);
    clock.advance(1_000);
    expect(await proxy.status('grace', 'hopper')).toBe(200);
    clock.advance(1_000);
    expect(await proxy.status('grace', 'hopper')).toBe(200);
    expect(errors.map(String)).toEqual([expect.stringContaining('line 2: expected a name')]);
    await rm(file);
    for (let turn = 0; turn < 2; turn++) {
      clock.advance(1_000);
      expect(await proxy.status('grace', 'hopper')).toBe(200);
    }
    expect(errors).toHaveLength(2);
    await write(file, `ada:${users.ada}\n`);
    clock.advance(1_000);
    expect([await proxy.status('ada', 'lovelace'), await proxy.status('grace', 'hopper')]).toEqual([
      200, 401,
    ]);
  });

  it('must be there and right at the start', async () => {
    const file = join(folder, 'bad');
    expect(() => basicAuth({ file })).toThrow(`file: got "${file}", expected a file of htpasswd: ENOENT`);
    await write(file, 'ada:$apr1$x$y\n');
    expect(() => basicAuth({ file })).toThrow('line 1: expected a name');
  });
});

it.each<[unknown, string]>([
  [{}, 'users, file: got undefined, expected exactly one of them'],
  [{ users: {}, file: 'x' }, 'users, file: '],
  [{ users: { ada: 'lovelace' } }, 'users.ada: got "string", expected a hash of bcrypt'],
  [{ users: { ada: '$scrypt$ln=30,r=8,p=1$AAAA$AAAA' } }, 'users.ada: '],
  [{ users: { 'a:b': '' } }, 'users.a:b: '],
  [{ users: {}, realm: '"' }, 'realm: '],
  [{ users: {}, userHeader: 'a b' }, 'userHeader: '],
  [{ users: {}, userHeader: 'Via' }, 'userHeader: got "Via", expected a name of a field such as "x-user"'],
  [{ users: {}, forward: 'no' }, 'forward: '],
  [{ users: {}, maxWaiting: -1 }, 'maxWaiting: '],
  [{ users: {}, reloadMs: 0 }, 'reloadMs: '],
  [{ users: {}, user: 1 }, 'user: '],
])('refuses %j', (options, message) => {
  expect(() => basicAuth(options as BasicAuthOptions)).toThrow(message);
});

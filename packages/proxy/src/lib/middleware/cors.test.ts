import { describe, expect, it } from 'vitest';
import { through } from '../testing/through.ts';
import { type CorsOptions, cors } from './cors.ts';

const SHOP = 'https://shop.example';
const ASK = { origin: SHOP, 'access-control-request-method': 'PUT' };

/** The fields of CORS in an answer, and `vary`. */
function marks(response: Response): Record<string, string> {
  return Object.fromEntries(
    [...response.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  );
}

async function answers(options: CorsOptions, init: RequestInit = {}, respond?: string) {
  await using proxy = await through([cors(options)], respond);
  const response = await fetch(proxy.url, init);
  return { status: response.status, marks: marks(response), asked: proxy.upstream.connections.length };
}

describe('a preflight request', () => {
  it('is answered without the upstream', async () => {
    const options = { origins: [SHOP], allowedHeaders: ['x-a', 'x-b'], credentials: true, maxAgeMs: 60_000 };
    expect(await answers(options, { method: 'OPTIONS', headers: ASK })).toEqual({
      status: 204,
      asked: 0,
      marks: {
        'access-control-allow-origin': SHOP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'x-a, x-b',
        'access-control-max-age': '60',
        vary: 'Origin',
      },
    });
  });

  it('is told nothing for an origin that is not allowed', async () => {
    expect(await answers({ origins: ['https://b.example'] }, { method: 'OPTIONS', headers: ASK })).toEqual({
      status: 204,
      asked: 0,
      marks: { vary: 'Origin' },
    });
  });

  it('may be granted all fields it asks for, and depends on them', async () => {
    const headers = {
      ...ASK,
      'access-control-request-headers': 'x-c, x-d',
      'access-control-request-private-network': 'true',
    };
    const { marks } = await answers(
      { origins: '*', allowedHeaders: '*', methods: ['PUT'] },
      { method: 'OPTIONS', headers },
    );
    expect(marks).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-c, x-d',
      vary: 'Access-Control-Request-Headers',
    });
  });

  it('is one only with an origin and a method: other OPTIONS go on', async () => {
    expect((await answers({ origins: '*' }, { method: 'OPTIONS', headers: { origin: SHOP } })).asked).toBe(1);
    expect((await answers({ origins: '*' }, { method: 'OPTIONS' })).asked).toBe(1);
  });
});

describe('any other answer', () => {
  const UPSTREAM =
    'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\naccess-control-allow-headers: x\r\nVary: Accept\r\nContent-Length: 0\r\n\r\n';

  it('is marked in place of what the upstream says', async () => {
    const options = { origins: [SHOP], credentials: true, exposedHeaders: ['x-total'] };
    const { marks } = await answers(options, { headers: { origin: SHOP } }, UPSTREAM);
    expect(marks).toEqual({
      'access-control-allow-origin': SHOP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-total',
      vary: 'Accept, Origin',
    });
  });

  it('says that it depends on the origin also where there is none, or one that is not allowed', async () => {
    const options = { origins: ['https://b.example'] };
    expect((await answers(options, {}, UPSTREAM)).marks).toEqual({ vary: 'Accept, Origin' });
    expect((await answers(options, { headers: { origin: SHOP } }, UPSTREAM)).marks).toEqual({
      vary: 'Accept, Origin',
    });
  });

  it('is the same for everybody when all origins are allowed', async () => {
    const { marks } = await answers({ origins: '*' }, { headers: { origin: SHOP } }, UPSTREAM);
    expect(marks).toEqual({ 'access-control-allow-origin': '*', vary: 'Accept' });
  });

  it('is marked when it is an error of the proxy, too', async () => {
    await using proxy = await through([cors({ origins: [SHOP] })]);
    await proxy.upstream[Symbol.asyncDispose]();
    const response = await fetch(proxy.url, { headers: { origin: SHOP } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([502, SHOP]);
  });
});

it.each<[string, boolean]>([
  ['https://example.com', true],
  ['https://example.com:443', false],
  ['http://example.com', false],
  ['https://a.pages.dev', true],
  ['https://a.b.pages.dev', true],
  ['https://pages.dev', false],
  ['https://.pages.dev', false],
  ['https://evil.example/.pages.dev', false],
  ['https://evil.example:80#.pages.dev', false],
  ['https://apages.dev', false],
  ['null', false],
])('origin %s is allowed: %s', async (origin, allowed) => {
  const options = { origins: ['https://example.com', 'https://*.pages.dev'] };
  const { marks } = await answers(options, { headers: { origin } });
  expect(marks['access-control-allow-origin']).toBe(allowed ? origin : undefined);
});

it('asks a function, and allows null where it is named', async () => {
  const ends = { origins: (origin: string) => origin.endsWith('.example') };
  expect((await answers(ends, { headers: { origin: SHOP } })).marks['access-control-allow-origin']).toBe(
    SHOP,
  );
  const named = { origins: ['null'] };
  expect((await answers(named, { headers: { origin: 'null' } })).marks['access-control-allow-origin']).toBe(
    'null',
  );
});

it.each<[unknown, string]>([
  [{}, 'origins: '],
  [{ origins: [] }, 'origins: '],
  [{ origins: ['https://Example.com'] }, 'origins[0]: '],
  [{ origins: ['https://example.com/'] }, 'origins[0]: '],
  [{ origins: ['*'] }, 'origins[0]: '],
  [{ origins: '*', credentials: true }, 'credentials: got true, expected false with origins "*"'],
  [{ origins: '*', methods: ['A B'] }, 'methods[0]: '],
  [{ origins: '*', allowedHeaders: 'x' }, 'allowedHeaders: '],
  [{ origins: '*', maxAgeMs: -1 }, 'maxAgeMs: '],
  [{ origins: '*', maxAge: 1 }, 'did you mean "maxAgeMs"?'],
])('refuses %j', (options, message) => {
  expect(() => cors(options as CorsOptions)).toThrow(message);
});

import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import type { RouteContext } from './compile-route.ts';
import type { RouteOptions } from './route-options.ts';
import { routeTable } from './route-table.ts';

const context: RouteContext = {
  clusters: new Set(['a', 'b']),
  middleware: [],
  random: () => 0,
  copies: { dispatch: () => true, ended: () => {} },
};

/** A request as far as conditions look at it. */
function exchange(method = 'GET', ...rawHeaders: string[]): Exchange {
  return { method, rawHeaders } as unknown as Exchange;
}

/** Routes named by their match, all to one cluster. */
function table(...matches: string[]) {
  const routes = matches.map((match): RouteOptions => {
    const slash = match.indexOf('/');
    return { match: { host: match.slice(0, slash), path: match.slice(slash) }, cluster: 'a' };
  });
  return routeTable(routes, context);
}

describe('paths', () => {
  const routes = table('*/api', '*/api/v2', '*/files/', '*/');

  it.each([
    ['/api', '*/api'],
    ['/api?x=/api/v2', '*/api'],
    ['/api/', '*/api'],
    ['/api/users/1', '*/api'],
    ['/apix', '*/'],
    ['/api/v2', '*/api/v2'],
    ['/api/v2/x/y', '*/api/v2'],
    ['/api/v20', '*/api'],
    ['/files', '*/'],
    ['/files/', '*/files/'],
    ['/files/a', '*/files/'],
    ['/', '*/'],
    ['/?q', '*/'],
    ['/API', '*/'],
    ['/%61pi', '*/'],
    ['/x/../api', '*/'],
  ])('%s goes to %s', (path, name) => {
    expect(routes.find('any.example', path, exchange())?.name).toBe(name);
  });

  it('finds nothing without a catch-all', () => {
    expect(table('*/api').find('h', '/apix', exchange())).toBeUndefined();
    expect(table('*/api').find('h', '/', exchange())).toBeUndefined();
  });

  it('costs no more than the longest prefix, however long the path', () => {
    const path = `/api${'/'.repeat(8_000)}`;
    expect(routes.find('h', path, exchange())?.name).toBe('*/api');
  });
});

describe('hosts', () => {
  const routes = table('api.example.com/', '*.example.com/', '*.eu.example.com/', '*/health', '[::1]/');

  it.each([
    ['api.example.com', '/x', 'api.example.com/'],
    ['www.example.com', '/x', '*.example.com/'],
    ['a.b.example.com', '/x', '*.example.com/'],
    ['a.eu.example.com', '/x', '*.eu.example.com/'],
    ['[::1]', '/x', '[::1]/'],
    ['other.org', '/health', '*/health'],
  ])('%s%s goes to %s', (host, path, name) => {
    expect(routes.find(host, path, exchange())?.name).toBe(name);
  });

  it('a wildcard does not match the name itself', () => {
    expect(routes.find('example.com', '/', exchange())).toBeUndefined();
  });

  it('a request without a host matches * alone', () => {
    expect(routes.find(undefined, '/health', exchange())?.name).toBe('*/health');
    expect(routes.find(undefined, '/', exchange())).toBeUndefined();
  });

  it('a host whose paths do not match leaves the request to the next', () => {
    const mixed = table('api.example.com/v2', '*.example.com/v1', '*/');
    expect(mixed.find('api.example.com', '/v1', exchange())?.name).toBe('*.example.com/v1');
    expect(mixed.find('api.example.com', '/v3', exchange())?.name).toBe('*/');
  });

  it('matches hosts whatever their case in the configuration', () => {
    expect(table('API.Example.COM/').find('api.example.com', '/', exchange())?.name).toBe('api.example.com/');
  });
});

describe('parameters and exact paths', () => {
  const routes = routeTable(
    ['/users/:id', '/users/me', '/users/:id/orders/:order', '/users/:id/orders/last', '/:any/x'].map(
      (path): RouteOptions => ({ match: { path }, cluster: 'a' }),
    ),
    context,
  );

  it.each([
    ['/users/7', '*/users/:id'],
    ['/users/7/', '*/users/:id'],
    ['/users/7/photos', '*/users/:id'],
    ['/users/me', '*/users/me'],
    ['/users/me/orders/3', '*/users/me'],
    ['/users/7/orders/3', '*/users/:id/orders/:order'],
    ['/users/7/orders/last/x', '*/users/:id/orders/last'],
    ['/users/7/orders/', '*/users/:id'],
    ['/other/x', '*/:any/x'],
    ['/users/', undefined],
    ['/users//orders/3', undefined],
    ['//x', undefined],
  ])('%s goes to %s', (path, name) => {
    expect(routes.find('h', path, exchange())?.name).toBe(name);
  });

  it('an exact path matches itself alone, and comes before the prefix', () => {
    const both = routeTable(
      [
        { match: { path: '/a' }, cluster: 'a', name: 'prefix' },
        { match: { path: '/a', exact: true }, cluster: 'a', name: 'exact' },
        { match: { path: '/b/', exact: true }, cluster: 'a', name: 'slash' },
      ],
      context,
    );
    const name = (path: string) => both.find('h', path, exchange())?.name;
    expect(['/a', '/a?q', '/a/', '/a/b', '/b', '/b/', '/b/c'].map(name)).toEqual([
      'exact',
      'exact',
      'prefix',
      'prefix',
      undefined,
      'slash',
      undefined,
    ]);
  });
});

describe('conditions', () => {
  const match = (conditions: RouteOptions['match'], one: Exchange, path = '/') =>
    routeTable([{ match: conditions ?? {}, cluster: 'a' }], context).find('h', path, one) !== undefined;

  it.each<[string, RouteOptions['match'], boolean, Exchange, string?]>([
    ['a method', { methods: ['GET', 'HEAD'] }, true, exchange('HEAD')],
    ['another method', { methods: ['GET', 'HEAD'] }, false, exchange('get')],
    ['a header of any case', { headers: { 'X-Env': 'beta' } }, true, exchange('GET', 'x-ENV', 'beta')],
    ['one of several', { headers: { x: 'b' } }, true, exchange('GET', 'x', 'a', 'x', 'b')],
    ['another value', { headers: { x: 'b' } }, false, exchange('GET', 'x', 'B')],
    ['presence', { headers: { x: true } }, true, exchange('GET', 'x', '')],
    ['no presence', { headers: { x: true } }, false, exchange()],
    ['absence', { headers: { x: false } }, true, exchange()],
    ['no absence', { headers: { x: false } }, false, exchange('GET', 'X', '1')],
    ['a prefix', { headers: { x: { prefix: 'ab' } } }, true, exchange('GET', 'x', 'abc')],
    ['a suffix', { headers: { x: { suffix: 'bc' } } }, true, exchange('GET', 'x', 'abc')],
    ['a part', { headers: { x: { contains: 'z' } } }, false, exchange('GET', 'x', 'abc')],
    ['a pattern', { headers: { x: { regex: '^a.c$' } } }, true, exchange('GET', 'x', 'abc')],
    ['a cookie', { cookies: { group: 'b' } }, true, exchange('GET', 'cookie', 'a=1; group="b"')],
    [
      'a cookie in a second field',
      { cookies: { g: 'b' } },
      true,
      exchange('GET', 'cookie', 'a=1', 'cookie', 'g=b'),
    ],
    ['no part of a cookie', { cookies: { roup: true } }, false, exchange('GET', 'cookie', 'group=b')],
    ['a query, decoded', { query: { q: 'a b' } }, true, exchange(), '/?x=1&q=a%20b'],
    ['no query', { query: { q: true } }, false, exchange(), '/q'],
    [
      'all of them',
      { methods: ['GET'], query: { q: '1' }, headers: { x: true } },
      false,
      exchange(),
      '/?q=1',
    ],
  ])('%s', (_what, conditions, expected, one, path) => {
    expect(match(conditions, one, path)).toBe(expected);
  });

  it('a regular expression with the flag g answers each time alike', () => {
    const routes = routeTable([{ match: { headers: { x: { regex: /a/g } } }, cluster: 'a' }], context);
    const found = [1, 2, 3].map(() => routes.find('h', '/', exchange('GET', 'x', 'a')) !== undefined);
    expect(found).toEqual([true, true, true]);
  });

  it('of the same path the first that holds wins, and none leaves the request to the next path', () => {
    const routes = routeTable(
      [
        { match: { path: '/a', headers: { x: '1' } }, cluster: 'a', name: 'first' },
        { match: { path: '/a', headers: { y: '1' } }, cluster: 'a', name: 'second' },
        { cluster: 'a', name: 'rest' },
      ],
      context,
    );
    const name = (...headers: string[]) => routes.find('h', '/a', exchange('GET', ...headers))?.name;
    expect([name('x', '1', 'y', '1'), name('y', '1'), name()]).toEqual(['first', 'second', 'rest']);
  });
});

describe('options', () => {
  it('carries the settings of a route in one object for all its requests', () => {
    const routes = routeTable(
      [
        { cluster: 'a', perTryTimeoutMs: 5 },
        { cluster: 'b', match: { path: '/b' } },
      ],
      context,
    );
    const first = routes.find('h', '/', exchange());
    expect(first?.settings).toMatchObject({ perTryTimeoutMs: 5 });
    expect(routes.find('h', '/x', exchange())?.settings).toBe(first?.settings);
    expect(routes.find('h', '/b', exchange())?.settings).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [undefined, 'routes: got undefined, expected a list of routes, at least 1'],
    [[], 'routes: got an array, expected a list of routes, at least 1'],
    [{ cluster: 'a' }, 'routes: got an object, expected a list of routes'],
    [[undefined], 'routes[0]: got undefined, expected an object with a cluster'],
  ])('refuses %j, which only plain JavaScript can pass', (routes, message) => {
    expect(() => routeTable(routes as RouteOptions[], context)).toThrow(message);
  });

  it.each<[RouteOptions[], string]>([
    [[{ cluster: 'c' }], 'routes[0].cluster: got "c", expected one of "a", "b"'],
    [
      [{ cluster: 'a', match: { path: 'api' } }],
      'routes[0].match.path: got "api", expected a path that starts with "/"',
    ],
    [[{ cluster: 'a', match: { path: '/a?b' } }], 'routes[0].match.path: got "/a?b"'],
    [
      [{ cluster: 'a', match: { host: 'a.b:80' } }],
      'routes[0].match.host: got "a.b:80", expected a host name without port',
    ],
    [[{ cluster: 'a', match: { host: 'a.*.b' } }], 'routes[0].match.host: got "a.*.b"'],
    [[{ cluster: 'a', match: { host: '' } }], 'routes[0].match.host: got ""'],
    [
      [{ cluster: 'a' }, { cluster: 'b' }],
      'routes[1].match: got "*/", expected a match that no earlier route has',
    ],
    [
      [{ cluster: 'a' }, { cluster: 'b', match: { methods: ['GET'] } }],
      'routes[1].match: got "*/", expected a match that no earlier route has',
    ],
    [
      [{ match: { path: '/a' } }],
      'routes[0]: got undefined, expected one of cluster, split, redirect, respond',
    ],
    [[{ cluster: 'a', respond: {} }], 'routes[0]: got "cluster and respond", expected one of cluster, split'],
    [
      [{ cluster: 'a', match: { path: '/:a/:a' } }],
      'expected parameters with different names, not ":a" twice',
    ],
    [
      [{ cluster: 'a', match: { methods: ['get'] } }],
      'routes[0].match.methods: got an array, expected a list of methods',
    ],
    [
      [{ cluster: 'a', match: { headers: { x: { regex: '(' } } } }],
      'routes[0].match.headers.x.regex: got "("',
    ],
    [
      [{ cluster: 'a', match: { headers: { x: {} as never } } }],
      'routes[0].match.headers.x: got an object, expected a string, true, false, or an object with one of',
    ],
    [[{ cluster: 'a', clutser: 'b' } as never], 'clutser'],
    [[{ cluster: 'a', match: { hots: 'b' } as never }], 'hots'],
    [
      [{ respond: {}, mirror: { cluster: 'a' } }],
      'routes[0].mirror: got an object, expected nothing beside respond',
    ],
    [
      [{ cluster: 'a', mirror: { cluster: 'c' } }],
      'routes[0].mirror.cluster: got "c", expected one of "a", "b"',
    ],
    [[{ split: [{ cluster: 'c', weight: 1 }] }], 'routes[0].split[0].cluster: got "c"'],
    [[{ split: [] }], 'routes[0].split: got an array, expected a list of clusters with weights'],
    [
      [{ split: [{ cluster: 'a', weight: 0 }] }],
      'routes[0].split: got an array, expected at least one weight above 0',
    ],
    [
      [{ match: { path: '/u/:id' }, redirect: { path: '/{name}' } }],
      'routes[0].redirect.path: got "/{name}", expected only parameters of the route: {id}',
    ],
    [
      [{ cluster: 'a', rewrite: { prefix: '/x', path: '/y' } }],
      'routes[0].rewrite: got an object, expected one of prefix',
    ],
    [[{ cluster: 'a', rewrite: { regex: 'a' } }], 'routes[0].rewrite: got an object, expected one of prefix'],
    [[{ cluster: 'a', rewrite: { host: 'a/b' } }], 'routes[0].rewrite.host: got "a/b", expected a host'],
    [
      [{ cluster: 'a', requestHeaders: { set: { 'content-length': '1' } } }],
      'routes[0].requestHeaders.set.content-length: got "content-length", expected a field that does not frame',
    ],
    [
      [{ cluster: 'a', responseHeaders: { add: { x: 'a\r\nb' } } }],
      'routes[0].responseHeaders.add.x: got "a',
    ],
    [[{ respond: { status: 99 } }], 'routes[0].respond.status: got 99, expected an integer from 200 to 599'],
    [[{ respond: { status: 204, body: 'x' } }], 'routes[0].respond.body: got "x", expected none'],
    [[{ redirect: { status: 300 as never } }], 'routes[0].redirect.status: got 300, expected one of 301'],
    [[{ redirect: { host: 'a:80' } }], 'routes[0].redirect.host: got "a:80", expected a host name'],
  ])('refuses %j', (routes, message) => {
    expect(() => routeTable(routes, context)).toThrow(message);
  });
});
